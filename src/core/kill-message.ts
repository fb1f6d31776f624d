/** What the conductor is told of a worker that somebody else has ended. */
import type { Body } from './message.ts'
import { currentLeg, legId, type Worker } from './worker.ts'

/** Who may end a worker besides the conductor. */
export type By = 'the operator' | 'the person'

/**
 * Returns the message and its id. Before the worker has reported, it takes the place and the id of the report, so that a
 * late report becomes a duplicate. `report` is what has reached the session under that id.
 */
export function killMessage(
  worker: Worker,
  by: By,
  { report, at }: { report?: Body | undefined; at: string },
): { readonly messageId: string; readonly body: Body } {
  const { workerId } = worker
  const { n: leg, run, reported, replyTo } = currentLeg(worker)
  const who = by === 'the operator' ? 'The operator' : 'The person'
  const ended =
    worker.status === 'accepted'
      ? `${who} accepted the work of ${workerId} as it is`
      : `${who} ended ${workerId}`
  const early = `lost: ${ended} before it had reported.`
  // An earlier call may have sent this message already. Under another id it would be a second one.
  const hasReported = reported || (report !== undefined && report.text !== early)
  if (hasReported)
    return {
      messageId: `kill-${workerId}`,
      body: { from: 'system', text: `${ended}.`, at, replyTo },
    }
  return {
    messageId: legId(workerId, leg),
    body: { from: 'worker', workerId, leg, run, text: early, at, replyTo, outcome: 'lost' },
  }
}
