/** Finds out whether a worker's report has reached its session. */
import { findBody } from '../adapters/bodies.ts'
import type { Body } from '../core/message.ts'
import type { Session } from '../core/session.ts'
import { type Leg, legId } from '../core/worker.ts'
import { reportArrived } from '../protocol/guards.ts'

/** Returns the report of a leg, or the message in its place, if it has reached the session. */
export async function arrivedReport(
  session: Session,
  workerId: string,
  leg: Leg,
): Promise<Body | undefined> {
  if (!reportArrived(session, workerId, leg)) return undefined
  // A leg that is just being assigned is not busy either, but there is no report of it.
  return (await findBody(session.sessionId, legId(workerId, leg.n)))?.body
}
