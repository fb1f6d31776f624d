/** What a command is: one row of the table in index.ts, from which everything else that knows commands derives. */
import * as z from 'zod'
import type { DeliveredFile } from '../channels/delivery.ts'
import { ADDRESS_EXAMPLES, type ReturnAddress } from '../channels/index.ts'
import type { ExceededBudget } from '../core/budget.ts'
import type { Verdict, Worker } from '../core/worker.ts'
import type { CommandResult } from '../protocol/turn.ts'

/** At most 60 kB of UTF-8: a worker's item holds a task, criteria, instructions and activity within DynamoDB's 400 kB. */
export const text = z.string().trim().min(1).max(20_000)
export const workerId = z.string().regex(/^w[1-9]\d{0,5}$/, 'a worker id looks like w1')

/** The fields of a command in plain text, which are separated by `|`. */
export interface TextArgument {
  readonly whole: string
  /** The field number `index`, from 0; undefined if there are fewer. */
  field(index: number): string | undefined
  /** Everything from field `index` on, `|` included; undefined if it is empty. */
  from(index: number): string | undefined
}

/** What became of a command: for the history, for the conductor (`notice`), and for the session item. */
export interface CommandOutcome {
  readonly status: 'done' | 'refused' | 'failed'
  readonly outcome: string
  /** A system message to the conductor. */
  readonly notice?: string
  readonly started?: NonNullable<CommandResult['started']>
  readonly ended?: NonNullable<CommandResult['ended']>
  /** The budget that kept the command from being executed. */
  readonly over?: ExceededBudget
}

/** The effects that a command may ask for. Each is bound to the command's id, so that repeating it changes nothing. */
export interface CommandContext {
  /** Creates the worker that the row says the command `spawns`, and starts its first leg. */
  startWorker(task: string, criteria: readonly string[]): Promise<CommandOutcome>
  /** Starts a further leg of a worker that has reported. */
  instructWorker(workerId: string, instructions: string): Promise<CommandOutcome>
  /** Every worker of the session, oldest first. */
  workers(): Promise<readonly Worker[]>
  worker(workerId: string): Promise<Worker | undefined>
  /** Ends a worker for good; again for one that has ended. */
  endWorker(worker: Worker, reason: { status: Verdict; reason?: string | undefined }): Promise<void>
  /** Sends the command's text and these files, to people on the list alone. */
  send(to: ReturnAddress, files?: readonly DeliveredFile[]): Promise<CommandOutcome>
}

export interface CommandRow<Schema extends z.ZodObject<{ type: z.ZodLiteral<string> }>> {
  /** The command as structured output has it. */
  readonly schema: Schema
  /** What the conductor's prompt says of it: markdown, one list item. */
  readonly prompt: string
  /** How it is read from plain text (`TYPE: argument`). */
  readonly text: {
    /** Following lines never belong to it. */
    readonly oneLine?: true
    /** The fields without the type; checked by the schema afterwards. */
    fields(
      argument: TextArgument,
    ): Readonly<Partial<Record<Exclude<keyof z.output<Schema>, 'type'>, unknown>>>
  }
  /** What `context.send` sends to a person: markdown. Where a command sends nothing there is none. */
  deliveredText?(command: z.output<Schema>): string
  /** It brings a worker, which gets its id when the turn is accepted. */
  readonly spawns?: true
  execute(command: z.output<Schema>, context: CommandContext): Promise<CommandOutcome>
}

export const defineCommand = <Schema extends z.ZodObject<{ type: z.ZodLiteral<string> }>>(
  row: CommandRow<Schema>,
): CommandRow<Schema> => row

/** The command was not executed, and the conductor is told why. */
export const refused = (reason: string): CommandOutcome => ({
  status: 'refused',
  outcome: reason.slice(0, 500),
  notice: reason,
})

/** A worker's id without the emphasis that markdown may put around it. */
export const unmarked = (field: string | undefined) => field?.replaceAll(/[*_`]/g, '')

/** Nothing was sent, because `to` is an address of no channel. */
export const noAddress = (to: string) =>
  refused(`Nothing was sent: ${JSON.stringify(to.slice(0, 100))} is not ${ADDRESS_EXAMPLES}.`)
