/** Attempts at the same task, side by side: whether one waits at a bound, and about which one a person has to decide. */
import { openDecision } from './question.ts'
import type { Session } from './session.ts'
import type { Worker } from './worker.ts'

/**
 * Returns the bound that stopped the worker after its current leg: the end of a sentence that begins with its id. Returns
 * undefined if none did, or if a person has granted more attempts since.
 */
export function stoppedBy({ verdicts = [], bound, leg, granted }: Worker): string | undefined {
  if ((granted?.legs ?? 0) > leg) return undefined
  const last = verdicts.at(-1)
  if (last?.outcome === 'at a bound' && last.leg === leg)
    return last.problems?.[0] ?? 'is at a bound'
  return bound?.leg === leg ? bound.reason : undefined
}

/**
 * Returns an attempt that a bound has stopped and that nobody will be asked about: no attempt at its task is at work, and
 * no question is open whose answer may change that. Returns undefined if there is none.
 */
export function strandedAttempt(
  session: Pick<Session, 'questions' | 'busy'>,
  workers: readonly Worker[],
): Worker | undefined {
  if (session.questions?.some(({ kind }) => kind === 'ask')) return undefined
  const isSettled = ({ workerId }: Worker) =>
    session.busy[workerId] !== undefined || openDecision(session, workerId) !== undefined
  return workers.find(
    (worker) =>
      worker.live &&
      worker.group !== undefined &&
      stoppedBy(worker) !== undefined &&
      !workers.some((other) => other.live && other.group === worker.group && isSettled(other)),
  )
}
