/** What has become of a message, from the history since and the state of its session. */
import type { ShapeOf } from '../src/contract/api/index.ts'
import type { RunOutcome } from './exit.ts'

type Entry = ShapeOf<'Entry'>
type State = ShapeOf<'Session'>['state']

/** Nothing goes on in these states until somebody does something. */
export const isAtRest = (state: State): boolean => ['idle', 'waiting', 'paused'].includes(state)

/**
 * Returns how it ended, in a session at rest. A notice from Baton as the last word means that something failed, unless it
 * answers a slash command.
 */
export function outcomeOf(
  state: State,
  since: readonly Entry[],
  isSlashCommand = false,
): Exclude<RunOutcome, 'timeout'> {
  if (state === 'paused' || state === 'waiting') return state
  const last = since.findLast(isWord)
  return last?.role === 'conductor' || (last !== undefined && isSlashCommand)
    ? 'done'
    : 'unanswered'
}

/** Whether an entry says something to a person: not a receipt, a record of an answer, or a message to the conductor. */
const isWord = ({ role, text, messageId, receipt, answer }: Entry): boolean =>
  text !== '' &&
  (role === 'conductor' ||
    (role === 'system' && messageId === undefined && receipt === undefined && answer === undefined))
