/** What a turn of the conductor returns, read from structured output: a reply and commands, each checked by itself. */
import * as z from 'zod'
import { type Command, command, rowOf } from './index.ts'

/** What the conductor meant as a command and cannot be one. It is told what was wrong. */
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

/** The outline of a turn; its commands are checked one by one, so that one bad command does not spoil the turn. */
const outline = z.object({
  reply: z.string().nullable().default(null),
  commands: z.array(z.unknown()).default([]),
})

export interface TurnReply {
  /** Markdown for the person, or nothing. */
  readonly reply: string | null
  readonly commands: readonly (Command | Malformed)[]
}

/** Returns the turn that structured output holds, or undefined if it holds none. */
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
  const spawns = commands.flatMap(({ type }, index) =>
    type !== 'MALFORMED' && rowOf(type).spawns ? [index] : [],
  )
  return new Map(spawns.map((index, i) => [index, `w${firstWorker + i}`]))
}
