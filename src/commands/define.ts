/** The type of a command: a row of the table in index.ts, from which everything else about commands derives. */
import * as z from 'zod'
import type { DeliveredFile } from '../channels/delivery.ts'
import { addressProblem, type ReturnAddress } from '../channels/index.ts'
import type {
  CriterionChange,
  JudgedWorker,
  Review,
  VerdictRecord,
  VerifyMode,
} from '../contract/review.ts'
import type { ExceededBudget } from '../core/budget.ts'
import type { NewQuestion } from '../core/question.ts'
import type { Verdict, Worker } from '../core/worker.ts'
import type { CommandResult } from '../protocol/run-commands.ts'

/** At most 60 kB of UTF-8, so that a worker's item (task, criteria, instructions, activity) fits DynamoDB's 400 kB. */
export const text = z.string().trim().min(1).max(20_000)
export const workerId = z.string().regex(/^w[1-9]\d{0,5}$/, 'a worker id looks like w1')

/** The argument of a command in plain text: fields separated by `|`. */
export interface TextArgument {
  readonly whole: string
  /** Returns field number `index`, counted from 0, or undefined if there are fewer. */
  field(index: number): string | undefined
  /** Returns everything from field `index` on, including `|`, or undefined if it is empty. */
  from(index: number): string | undefined
}

/** The outcome of a command: for the history, for the conductor (`notice`), and for the session item. */
export interface CommandOutcome {
  /** `held`: it waits for approval. */
  readonly status: 'done' | 'held' | 'refused' | 'failed'
  readonly outcome: string
  /** A system message to the conductor. */
  readonly notice?: string
  /** The legs that the command started. */
  readonly started?: NonNullable<CommandResult['started']>
  readonly ended?: NonNullable<CommandResult['ended']>
  /** Asks a person. The question is part of the write that records the command as done. */
  readonly ask?: NewQuestion
  /** Stands beside the command in the history. */
  readonly record?: VerdictRecord
  /** Stands in the receipt of the run. */
  readonly judged?: JudgedWorker
  /** The budget that prevented the command. */
  readonly over?: ExceededBudget
}

/** The effects that a command may have. Each is bound to the command's id, so repeating it changes nothing. */
export interface CommandContext {
  /**
   * Creates the command's workers, all with this task, and starts their first legs: as many as the budgets allow. Only for
   * commands whose row has `spawns`. Without `verify`, the operator's default applies.
   */
  startWorkers(
    task: string,
    criteria: readonly string[],
    verify?: VerifyMode,
  ): Promise<CommandOutcome>
  /** Starts another leg of a worker that has reported. */
  instructWorker(
    workerId: string,
    instructions: string,
    changes?: readonly CriterionChange[],
  ): Promise<CommandOutcome>
  /** Records a verdict on a worker's report and does what it leads to. */
  reviewWorker(workerId: string, review: Review): Promise<CommandOutcome>
  /** Every worker of the session, oldest first. */
  workers(): Promise<readonly Worker[]>
  worker(workerId: string): Promise<Worker | undefined>
  /** The workers that are live, and those that an attempt of this command that died has ended. */
  workersToEnd(): Promise<readonly Worker[]>
  /** Ends a worker for good. Idempotent. */
  endWorker(worker: Worker, reason: { status: Verdict; reason?: string | undefined }): Promise<void>
  /** For how many hours a question may wait at most. */
  readonly longestWait: number
  /** Returns whether a question to a person waits for its answer. */
  isOpen(questionId: string): boolean
  /** Ends the other workers on the task of one that was accepted. Returns them. Idempotent. */
  endOtherAttempts(accepted: Worker): Promise<NonNullable<CommandResult['ended']>>
  /**
   * Sends the command's text and these files, but only to people on the allow list. Asks a person first, if the message
   * needs approval.
   */
  send(to: ReturnAddress, files?: readonly DeliveredFile[]): Promise<CommandOutcome>
}

export interface CommandRow<Schema extends z.ZodObject<{ type: z.ZodLiteral<string> }>> {
  /** The command's schema in structured output. */
  readonly schema: Schema
  /** Its description in the conductor's prompt: one Markdown list item. */
  readonly prompt: string
  /** How it is parsed from plain text (`TYPE: argument`). */
  readonly text: {
    /** Set if following lines never belong to it. */
    readonly oneLine?: true
    /** Returns the fields without the type. The schema checks them afterwards. */
    fields(
      argument: TextArgument,
    ): Readonly<Partial<Record<Exclude<keyof z.output<Schema>, 'type'>, unknown>>>
  }
  /** Returns what `context.send` sends to a person, as Markdown. Absent if the command sends nothing. */
  deliveredText?(command: z.output<Schema>): string
  /** Returns how many workers it creates. They get their ids when the turn is accepted. Absent if it creates none. */
  spawns?(command: z.output<Schema>): number
  /** Returns the question that its turn leaves open, though the turn's messages may answer it. Absent if it keeps none. */
  keeps?(command: z.output<Schema>): string
  execute(command: z.output<Schema>, context: CommandContext): Promise<CommandOutcome>
}

export const defineCommand = <Schema extends z.ZodObject<{ type: z.ZodLiteral<string> }>>(
  row: CommandRow<Schema>,
): CommandRow<Schema> => row

/** The outcome of a command that was not executed. The conductor gets the reason. */
export const refused = (reason: string): CommandOutcome => ({
  status: 'refused',
  outcome: reason.slice(0, 500),
  notice: reason,
})

/** Removes Markdown emphasis from a worker id. */
export const unmarked = (field: string | undefined) => field?.replaceAll(/[*_`]/g, '')

/** The outcome if `to` is not an address of any channel. */
export const noAddress = (to: string) =>
  refused(`Nothing was sent: ${JSON.stringify(to.slice(0, 100))} ${addressProblem(to)}.`)
