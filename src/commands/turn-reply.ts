/** The conductor's reply and commands, parsed from structured output. Each command is checked by itself. */
import * as z from 'zod'
import { type Command, command, keptQuestion, spawnCount } from './index.ts'

/** An invalid command. The conductor is told what is wrong with it. */
export interface Malformed {
  readonly type: 'MALFORMED'
  readonly asked: string
  readonly problem: string
}

/** Further commands are refused together, so that a turn cannot fill the session with its own mistakes. */
const MAX_COMMANDS = 20

/** The CLI's `--json-schema`. The CLI supports draft 7 and rejects a later `$schema`. */
export const turnReplySchema: Record<string, unknown> = z.toJSONSchema(
  z.object({ reply: z.string().nullable(), commands: z.array(command) }),
  { io: 'input', target: 'draft-7' },
)

/** The outline of a turn. Commands are checked one by one, so that a bad one does not invalidate the turn. */
const outline = z.object({
  reply: z.string().nullable().default(null),
  commands: z.array(z.unknown()).default([]),
})

export interface TurnReply {
  /** Markdown for the person, or null. */
  readonly reply: string | null
  readonly commands: readonly (Command | Malformed)[]
}

/** Parses structured output. Returns undefined if it is not a turn. */
export function parseStructured(value: unknown): TurnReply | undefined {
  const parsed = outline.safeParse(value)
  if (!parsed.success) return undefined
  const { reply, commands } = parsed.data
  return { reply: reply?.trim() ? reply : null, commands: checkCommands(commands) }
}

/** Returns each command, or what is wrong with it. Commands above the limit become one malformed command. */
export function checkCommands(values: readonly unknown[]): (Command | Malformed)[] {
  const checked = values.slice(0, MAX_COMMANDS).map(checkCommand)
  const surplus = values.slice(MAX_COMMANDS)
  if (surplus.length === 0) return checked
  const problem = `a turn may have at most ${MAX_COMMANDS} commands, so the last ${surplus.length} were not done`
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

/** The id of a command. Its effects carry this id, so that a retry does not repeat them. */
export const commandId = (turn: number, index: number) => `t${turn}.${index}`

/** Returns the ids of the workers that the commands spawn, by command index. The first is `w<firstWorker>`. */
export function spawnedIds(
  commands: TurnReply['commands'],
  firstWorker: number,
): ReadonlyMap<number, readonly string[]> {
  let next = firstWorker
  const ids = new Map<number, readonly string[]>()
  for (const [index, each] of commands.entries()) {
    const count = each.type === 'MALFORMED' ? 0 : spawnCount(each)
    if (count > 0)
      ids.set(
        index,
        Array.from({ length: count }, () => `w${next++}`),
      )
  }
  return ids
}

/** Returns how many workers the commands spawn. */
export const spawnTotal = (commands: TurnReply['commands']): number =>
  [...spawnedIds(commands, 1).values()].flat().length

/** Returns the questions that the commands keep open. */
export const keptQuestions = (commands: TurnReply['commands']): readonly string[] =>
  commands.flatMap((each) => (each.type === 'MALFORMED' ? [] : (keptQuestion(each) ?? [])))
