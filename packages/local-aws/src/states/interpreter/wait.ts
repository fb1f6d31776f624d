/** A Wait state: waits for some seconds, or until a point in time. */
import type { WaitState } from '../definition.ts'
import type { Outcome } from './leave.ts'
import { nonNegativeInteger } from './number-field.ts'
import type { StateVisit } from './visit.ts'

/** RFC 3339 with an upper-case T and a time zone. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

export async function runWait(visit: StateVisit, state: WaitState): Promise<Outcome> {
  const { run, scope } = visit.thread
  const milliseconds = await duration(visit, state)
  await scope.promise<void>(({ resolve, onSettled }) => {
    onSettled(run.machinery.clock.after(milliseconds, () => resolve()))
  })
  return { holder: state, output: visit.input, next: state.Next }
}

/** Returns the milliseconds to wait from now; none for a time in the past. */
async function duration(visit: StateVisit, state: WaitState): Promise<number> {
  if (state.Timestamp === undefined) {
    return (await nonNegativeInteger(visit, state.Seconds ?? 0, 'Seconds')) * 1000
  }
  const text = await visit.evaluateTo('string', state.Timestamp, 'Timestamp')
  const moment = Date.parse(text)
  if (!TIMESTAMP.test(text) || Number.isNaN(moment)) {
    throw visit.evaluationFailed(
      `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`,
      'Timestamp',
    )
  }
  return Math.max(0, moment - visit.thread.run.machinery.clock.now())
}
