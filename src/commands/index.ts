/**
 * The table of the conductor's commands. A new command is a file and a row here. The JSON schema of a turn, the
 * conductor's prompt, the text grammar, the API's enum and the scripted model derive from the rows.
 */
import * as z from 'zod'
import { askPerson } from './ask-person.ts'
import { type CommandContext, type CommandOutcome, type CommandRow, workerId } from './define.ts'
import { deliverFile } from './deliver-file.ts'
import { keepQuestion } from './keep-question.ts'
import { killWorker } from './kill-worker.ts'
import { listWorkers } from './list-workers.ts'
import { messageWorker } from './message-worker.ts'
import { reviewWorker } from './review-worker.ts'
import { sendEmail } from './send-email.ts'
import { sendSms } from './send-sms.ts'
import { spawnWorker } from './spawn-worker.ts'

const COMMANDS = [
  spawnWorker,
  reviewWorker,
  messageWorker,
  killWorker,
  sendEmail,
  sendSms,
  deliverFile,
  askPerson,
  keepQuestion,
  listWorkers,
] as const

type Row = (typeof COMMANDS)[number]
export type Command = z.output<Row['schema']>
export type CommandType = Command['type']

export const typeOf = ({ schema }: Row): CommandType => schema.shape.type.value
export const COMMAND_TYPES: readonly CommandType[] = COMMANDS.map(typeOf)

/** A field that commands have, with its different schemas and the types of these commands. */
interface CommandField {
  readonly schemas: Set<z.ZodType>
  readonly types: CommandType[]
}

/** Returns all fields of commands by name. A command that spawns has the id of its worker, or the ids if it has several. */
export function commandFields(): ReadonlyMap<string, CommandField> {
  const fields = new Map<string, CommandField>()
  for (const row of COMMANDS) {
    const { type: _, ...shape } = row.schema.shape
    const all: Record<string, z.ZodType> = { ...('spawns' in row && spawnedFields), ...shape }
    for (const [name, schema] of Object.entries(all)) {
      const field = fields.get(name) ?? { schemas: new Set(), types: [] }
      field.schemas.add(given(schema))
      field.types.push(typeOf(row))
      fields.set(name, field)
    }
  }
  return fields
}

const spawnedFields = { workerId, workerIds: z.array(workerId) }

/** Returns the schema of a field that is given. */
const given = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? (schema.unwrap() as z.ZodType)
    : schema

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

/** Returns how many workers a command creates. */
export const spawnCount = (given: Command): number =>
  (rowOf(given.type) as AnyRow).spawns?.(given) ?? 0

/** Returns the question that a command keeps open, or undefined. */
export const keptQuestion = (given: Command): string | undefined =>
  (rowOf(given.type) as AnyRow).keeps?.(given)

/** Executes a command by its row. */
export function executeCommand(given: Command, context: CommandContext): Promise<CommandOutcome> {
  const { execute } = rowOf(given.type) as AnyRow
  return execute(given, context)
}

/** Returns the text that a command sends to a person, given its fields from the history, or undefined if it sends nothing. */
export function sentText(fields: unknown): string | undefined {
  const { data } = command.safeParse(fields)
  return data && (rowOf(data.type) as AnyRow).deliveredText?.(data)
}

/** Returns the text that a command sends to a person, given its fields from the history. Throws if it sends nothing. */
export function deliveredText(fields: unknown): string {
  const text = sentText(fields)
  if (text === undefined)
    throw new Error('this command sends nothing: its row has no deliveredText')
  return text
}

/** The commands in the conductor's prompt: a Markdown list. */
export const COMMANDS_PROMPT = COMMANDS.map(({ prompt }) => `- ${prompt}`).join('\n')
