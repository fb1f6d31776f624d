/**
 * The table of the conductor's commands. A new command is a file and a row here. The JSON schema of a turn, the
 * conductor's prompt, the text grammar, the API's enum and the scripted model derive from the rows.
 */
import * as z from 'zod'
import type { CommandContext, CommandOutcome, CommandRow } from './define.ts'
import { deliverFile } from './deliver-file.ts'
import { killWorker } from './kill-worker.ts'
import { listWorkers } from './list-workers.ts'
import { messageWorker } from './message-worker.ts'
import { sendEmail } from './send-email.ts'
import { sendSms } from './send-sms.ts'
import { spawnWorker } from './spawn-worker.ts'

const COMMANDS = [
  spawnWorker,
  messageWorker,
  killWorker,
  sendEmail,
  sendSms,
  deliverFile,
  listWorkers,
] as const

type Row = (typeof COMMANDS)[number]
export type Command = z.output<Row['schema']>
export type CommandType = Command['type']

export const typeOf = ({ schema }: Row): CommandType => schema.shape.type.value
export const COMMAND_TYPES: readonly CommandType[] = COMMANDS.map(typeOf)

/** Any command; `type` says which. */
export const command: z.ZodType<Command> = z.discriminatedUnion('type', [
  COMMANDS[0].schema,
  ...COMMANDS.slice(1).map(({ schema }) => schema),
])

/** Returns the row of a command. Throws for an unknown type. */
export function rowOf(type: CommandType): Row {
  const row = COMMANDS.find((each) => typeOf(each) === type)
  if (!row) throw new Error(`${type} is not a command`)
  return row
}

/** A row of a command whose type is only known at run time. */
type AnyRow = CommandRow<z.ZodObject<{ type: z.ZodLiteral<string> }>>

/** Executes a command by its row. */
export function executeCommand(given: Command, context: CommandContext): Promise<CommandOutcome> {
  const { execute } = rowOf(given.type) as AnyRow
  return execute(given, context)
}

/** Returns the text that a command sends to a person, given its fields from the history. Throws if it sends nothing. */
export function deliveredText(fields: unknown): string {
  const sent = command.parse(fields)
  const { deliveredText: text } = rowOf(sent.type) as AnyRow
  if (!text) throw new Error(`${sent.type} sends nothing: its row has no deliveredText`)
  return text(sent)
}

/** The commands in the conductor's prompt: a Markdown list. */
export const COMMANDS_PROMPT = COMMANDS.map(({ prompt }) => `- ${prompt}`).join('\n')
