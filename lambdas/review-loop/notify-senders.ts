/** NotifySenders abandons a turn and notifies its senders. ReportFailure reports a failed run. */
import * as z from 'zod'
import { writeEntries } from '../../src/adapters/history.ts'
import { logger } from '../../src/adapters/logger.ts'
import { changeSession } from '../../src/adapters/sessions.ts'
import { notifyAbandoned, reportFailure } from '../../src/protocol/lifecycle.ts'
import { abandonTurn } from '../../src/protocol/turn.ts'
import { task } from '../../src/triggers/task.ts'
import { runInput, stateError } from '../../src/triggers/task-input.ts'

const input = z.object({
  ...runInput.shape,
  /** The turn to abandon, if any. */
  turn: z.number().int().optional(),
  /** Why the run failed, if it did. */
  error: stateError.optional(),
})

export const notifySendersTask = task(input, async ({ sessionId, run, turn, error }) => {
  const at = new Date().toISOString()
  const notified = error
    ? await changeSession(sessionId, (session) => reportFailure(session, run, failure(error), at))
    : await abandonAndNotify(sessionId, run, turn, at)
  if (notified?.output) await writeEntries(notified.item)
})

async function abandonAndNotify(
  sessionId: string,
  run: number,
  turn: number | undefined,
  at: string,
) {
  const abandoned =
    turn === undefined
      ? undefined
      : await changeSession(sessionId, (session) => abandonTurn(session, run, turn))
  const given = abandoned?.output
  logger.warn('messages abandoned', { ...given })
  const text = givenUp(given?.trouble ?? 'the conductor did not answer', given?.fromPerson ?? true)
  return changeSession(sessionId, (session) => notifyAbandoned(session, run, text, at))
}

const givenUp = (trouble: string, fromPerson: boolean) =>
  fromPerson
    ? `Your message could not be answered: ${trouble}. Baton tried several times and has given up. Please send it again.`
    : `A worker's report could not be reviewed: ${trouble}. Baton tried several times and has given up. The report is in the history, and the worker still exists.`

const failure = ({ Error: name, Cause: cause }: NonNullable<z.infer<typeof input>['error']>) =>
  `The run failed (${name ?? 'unknown'}: ${reason(cause)}). Waiting messages are not lost, and recovery continues.`

/** Extracts the message from a Lambda function's cause, which is JSON. */
function reason(cause: string | null | undefined): string {
  try {
    const { errorMessage } = z.object({ errorMessage: z.string() }).parse(JSON.parse(cause ?? ''))
    return errorMessage.slice(0, 300)
  } catch {
    return (cause ?? 'no cause given').slice(0, 300)
  }
}
