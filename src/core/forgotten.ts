/** What a conductor gets of the history if it does not remember it. */
import type { Entry } from '../contract/api/entry.ts'
import { firstThatFit } from './first-that-fit.ts'
import type { Session } from './session.ts'
import { parseSlashCommand } from './slash-command.ts'

/** How many of the latest entries are given again, and how many characters. */
const ENTRIES = 60
const CHARACTERS = { together: 60_000, each: 8_000 }

/**
 * Returns the numbers of the latest entries that the conductor does not remember, and whether there are earlier ones.
 * `memoryLost`: it remembers nothing.
 */
export function forgottenRange(
  { lastSeq, forgottenTo = 0, conductor }: Session,
  { memoryLost }: { memoryLost: boolean },
): { readonly numbers: readonly number[]; readonly omits: boolean } {
  const begin = forgottenTo + 1
  const from = memoryLost ? begin : conductor.forgottenFrom
  if (from === undefined) return { numbers: [], omits: false }
  const first = Math.max(begin, from, lastSeq - ENTRIES + 1)
  const numbers = Array.from({ length: Math.max(0, lastSeq - first + 1) }, (_, i) => first + i)
  return { numbers, omits: first > Math.max(begin, from) }
}

/**
 * Returns the entries as text, oldest first, or undefined if there are none. What does not fit is left out at the
 * beginning, with a note. `omits`: there are earlier entries anyway.
 */
export function recalled(entries: readonly Entry[], omits: boolean): string | undefined {
  const begin = entries.findLastIndex(beginsConversation)
  const texts = entries
    .slice(begin + 1)
    .filter(({ receipt }) => !receipt)
    .map(textOf)
  if (texts.length === 0) return undefined
  const sizes = { bytes: CHARACTERS.together }
  const kept = [...firstThatFit(texts.toReversed(), ({ length }) => length, sizes)].toReversed()
  return [
    ...((omits && begin < 0) || kept.length < texts.length ? ['[earlier entries left out]'] : []),
    ...kept,
  ].join('\n\n')
}

/** A new conversation knows nothing of the old one. */
const beginsConversation = ({ role, text }: Entry) =>
  role === 'user' && parseSlashCommand(text) === 'new-session'

function textOf({ at, role, channel, workerId, sender, text, commands = [] }: Entry): string {
  const who = [role, workerId, sender ?? channel].filter((each) => each !== undefined).join(' ')
  return [
    `--- ${at} ${who}:`,
    ...(text === '' ? [] : [cut(text)]),
    ...commands.map((command) => cut(`command ${JSON.stringify(command)}`)),
  ].join('\n')
}

const cut = (text: string) =>
  text.length <= CHARACTERS.each
    ? text
    : `${text.slice(0, CHARACTERS.each).toWellFormed()} [cut at ${CHARACTERS.each} characters]`
