/** NotifySenders and ReportFailure: a turn is abandoned and its senders are notified, or a failed run is reported. */
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
  /** The turn to give up, if any. */
  turn: z.number().int().optional(),
  /** Why the run fails, if it does. */
  error: stateError.optional(),
})

export const notifySendersTask = task(input, async ({ sessionId, run, turn, error }) => {
  const at = new Date().toISOString()
  const told = error
    ? await changeSession(sessionId, (session) => reportFailure(session, run, failure(error), at))
    : await abandonAndNotify(sessionId, run, turn, at)
  if (told?.output) await writeEntries(told.item)
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
  logger.warn('messages given up', { ...given })
  const text = givenUp(given?.trouble ?? 'the conductor did not answer', given?.fromPerson ?? true)
  return changeSession(sessionId, (session) => notifyAbandoned(session, run, text, at))
}

const givenUp = (trouble: string, fromPerson: boolean) =>
  fromPerson
    ? `Your message could not be answered: ${trouble}. It was tried several times and is not tried again; please send it once more.`
    : `What a worker reported could not be reviewed: ${trouble}. It was tried several times and is not tried again; the report stands in the history, and the worker is still there.`

const failure = ({ Error: name, Cause: cause }: NonNullable<z.infer<typeof input>['error']>) =>
  `Something went wrong on our side (${name ?? 'unknown'}: ${reason(cause)}). Your message is not lost.`

/** A Lambda's cause is JSON text with the message in it. */
function reason(cause: string | null | undefined): string {
  try {
    const { errorMessage } = z.object({ errorMessage: z.string() }).parse(JSON.parse(cause ?? ''))
    return errorMessage.slice(0, 300)
  } catch {
    return (cause ?? 'no cause given').slice(0, 300)
  }
}
