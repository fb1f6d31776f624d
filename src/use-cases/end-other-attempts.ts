/** Ends the workers that did the same task beside one: all if its work was accepted, or some. */
import { sessionWorkers } from '../adapters/workers.ts'
import type { Worker } from '../core/worker.ts'
import type { CommandResult } from '../protocol/run-commands.ts'
import { endWorker, mayEnd } from './end-worker.ts'

interface Which {
  /** Which of the others end. */
  readonly only?: (other: Worker) => boolean
  readonly reason?: string
}

/**
 * Returns the workers that were ended. `by` names what ended the worker, such as a command. Repeating it under the same
 * name returns the same workers.
 */
export async function endOtherAttempts(
  { sessionId, workerId, group }: Pick<Worker, 'sessionId' | 'workerId' | 'group'>,
  by: string,
  { only = () => true, reason = 'another attempt was accepted' }: Which = {},
): Promise<NonNullable<CommandResult['ended']>> {
  if (group === undefined) return []
  const others = (await sessionWorkers(sessionId)).filter(
    (other) =>
      other.group === group && other.workerId !== workerId && mayEnd(other, by) && only(other),
  )
  await Promise.all(others.map((other) => endWorker(other, { status: 'ended', reason, by })))
  return others.map((other) => ({ workerId: other.workerId, status: 'ended' }))
}
