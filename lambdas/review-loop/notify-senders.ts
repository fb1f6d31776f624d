/**
 * Abandons a turn and notifies its senders. ReportFailure reports a failed run, and returns how long to wait before it
 * ends, in seconds.
 */
import * as z from 'zod'
import { writeEntries } from '../../src/adapters/history.ts'
import { logger } from '../../src/adapters/logger.ts'
import { changeSession } from '../../src/adapters/sessions.ts'
import { clause } from '../../src/core/clause.ts'
import { failureText } from '../../src/core/failure-text.ts'
import type { Session } from '../../src/core/session.ts'
import { backOffSeconds } from '../../src/protocol/back-off.ts'
import { takeAndAbandon } from '../../src/protocol/combined.ts'
import { notifyAbandoned, reportFailure } from '../../src/protocol/lifecycle.ts'
import type { AbandonedTurn } from '../../src/protocol/turn.ts'
import { task } from '../../src/triggers/task.ts'
import { runInput, stateError } from '../../src/triggers/task-input.ts'
import type { RunWork } from './run-work.ts'

const input = z.object({ ...runInput.shape, error: stateError })

type StateError = z.infer<typeof stateError>

export const reportFailureTask = task(input, async ({ sessionId, run, error }) => {
  const at = new Date().toISOString()
  // The history tells people; the log tells the operator.
  logger.error('run failed', { name: error.Error, reason: reason(error.Cause) })
  const notified = await changeSession(sessionId, (session) =>
    reportFailure(session, run, failure(error), at),
  )
  if (!notified?.output) return { backOff: 0 }
  await writeEntries(notified.item)
  return { backOff: backOffSeconds(notified.item), seq: notified.item.lastSeq }
})

/** Abandons turn `n`, if one is given, and notifies the senders of what was abandoned. Returns the session after it. */
export async function abandonAndNotify(
  session: Session,
  { run, texts, entries, marked }: RunWork,
  n: number | undefined,
): Promise<Session | undefined> {
  const at = new Date().toISOString()
  const context = { written: { entries, marked }, now: Date.now() }
  const abandoned =
    n === undefined
      ? undefined
      : await changeSession(session, (current) => takeAndAbandon(current, run, n, context))
  const given = abandoned?.output
  if (given) logger.warn('messages abandoned', { ...given })
  const text = givenUp(given ?? { trouble: 'the conductor did not answer', fromPerson: true })
  const notified = await changeSession(abandoned?.item ?? session, (current) =>
    notifyAbandoned(current, run, text, at),
  )
  if (notified?.output)
    for (const seq of await writeEntries(notified.item, undefined, texts)) entries.add(seq)
  return notified?.item
}

function givenUp({ trouble, advice, fromPerson }: AbandonedTurn): string {
  const why = `${clause(trouble)}.`
  if (fromPerson)
    return `Your message could not be answered: ${why} ${advice ?? `${TRIED} Please send it again.`}`
  return `A worker's report could not be reviewed: ${why} ${advice ?? TRIED} The report is in the history, and the worker still exists.`
}

const TRIED = 'Baton tried several times and has given up.'

const failure = ({ Error: name }: StateError) =>
  `The run failed: ${failureText(name)}. Waiting messages are not lost, and recovery continues.`

/** Extracts the message from a Lambda function's cause, which is JSON. */
function reason(cause: string | null | undefined): string {
  try {
    const { errorMessage } = z.object({ errorMessage: z.string() }).parse(JSON.parse(cause ?? ''))
    return errorMessage.slice(0, 300)
  } catch {
    return (cause ?? 'no cause given').slice(0, 300)
  }
}
