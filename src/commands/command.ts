/** What a conductor may ask for. The one place where a turn's and a command's shape is written down. */
import * as z from 'zod'

/** At most 60 kB of UTF-8: a worker's item holds a task, criteria, instructions and activity within DynamoDB's 400 kB. */
const text = z.string().trim().min(1).max(20_000)
const workerId = z.string().regex(/^w[1-9]\d{0,5}$/, 'a worker id looks like w1')

const spawnWorker = z.object({
  type: z.literal('SPAWN_WORKER'),
  task: text,
  criteria: z.array(z.string().trim().min(1).max(1_000)).max(20).default([]),
})
const messageWorker = z.object({ type: z.literal('MESSAGE_WORKER'), workerId, instructions: text })
const killWorker = z.object({
  type: z.literal('KILL_WORKER'),
  workerId: z.union([workerId, z.literal('all')]),
  accepted: z.boolean().optional(),
  reason: z.string().max(2_000).optional(),
})
const sendEmail = z.object({ type: z.literal('SEND_EMAIL'), to: text, subject: text, body: text })
const sendSms = z.object({ type: z.literal('SEND_SMS'), to: text, message: text })
const deliverFile = z.object({
  type: z.literal('DELIVER_FILE'),
  to: text,
  workerId: workerId.optional(),
  paths: z.array(text).min(1).max(20),
  subject: z.string().max(500).optional(),
  message: z.string().max(64_000).optional(),
})
const listWorkers = z.object({ type: z.literal('LIST_WORKERS') })

const command = z.discriminatedUnion('type', [
  spawnWorker,
  messageWorker,
  killWorker,
  sendEmail,
  sendSms,
  deliverFile,
  listWorkers,
])
export type Command = z.infer<typeof command>
export type CommandType = Command['type']

/** What the conductor meant as a command and cannot be one: answered to it with what was wrong. */
export interface Malformed {
  readonly type: 'MALFORMED'
  readonly asked: string
  readonly problem: string
}

/** The commands after these are refused together, so that no turn fills the session with its own mistakes. */
const MAX_COMMANDS = 20

/** What the conductor's CLI is given as `--json-schema`; it knows draft 7 and no `$schema` of a later one. */
export const turnReplySchema: Record<string, unknown> = z.toJSONSchema(
  z.object({ reply: z.string().nullable(), commands: z.array(command) }),
  { io: 'input', target: 'draft-7' },
)

/** The answer's outline; its commands are checked one by one, so that one bad command does not spoil the turn. */
const outline = z.object({
  reply: z.string().nullable().default(null),
  commands: z.array(z.unknown()).default([]),
})

export interface TurnReply {
  /** Markdown for the person, or nothing. */
  readonly reply: string | null
  readonly commands: readonly (Command | Malformed)[]
}

/** Reads a structured answer; nothing when it is none. */
export function parseStructured(value: unknown): TurnReply | undefined {
  const parsed = outline.safeParse(value)
  if (!parsed.success) return undefined
  const { reply, commands } = parsed.data
  return { reply: reply?.trim() ? reply : null, commands: checkCommands(commands) }
}

/** Each command, or what is wrong with it; those above the limit as one. */
export function checkCommands(values: readonly unknown[]): (Command | Malformed)[] {
  const checked = values.slice(0, MAX_COMMANDS).map(checkCommand)
  const surplus = values.slice(MAX_COMMANDS)
  if (surplus.length === 0) return checked
  const problem = `a turn has at most ${MAX_COMMANDS} commands: the last ${surplus.length} were not done`
  return [...checked, malformed(surplus, problem)]
}

function checkCommand(value: unknown): Command | Malformed {
  const parsed = command.safeParse(value)
  return parsed.success ? parsed.data : malformed(value, z.prettifyError(parsed.error))
}

const malformed = (asked: unknown, problem: string): Malformed => ({
  type: 'MALFORMED',
  asked: JSON.stringify(asked).slice(0, 500),
  problem,
})

/** The name of a command: its effects are done under it, so that no retry doubles them. */
export const commandId = (turn: number, index: number) => `t${turn}.${index}`

/** Ids of the workers that the commands spawn, by command index; the first is `w<firstWorker>`. */
export function spawnedIds(
  commands: TurnReply['commands'],
  firstWorker: number,
): ReadonlyMap<number, string> {
  const spawns = commands.flatMap(({ type }, index) => (type === 'SPAWN_WORKER' ? [index] : []))
  return new Map(spawns.map((index, i) => [index, `w${firstWorker + i}`]))
}
