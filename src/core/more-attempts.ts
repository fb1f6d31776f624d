/** A person's decision that a worker may go on. */
import { transition, unchanged } from './transition.ts'
import { currentLeg, MAX_LEGS, type Worker, type WorkerTransition } from './worker.ts'

/** How many attempts a decision grants. */
const MORE = 2

/** Returns whether the worker may have as many more attempts as a decision grants. */
export const mayHaveMore = (worker: Worker): boolean => currentLeg(worker).n + MORE <= MAX_LEGS

/**
 * Grants the worker exactly so many attempts, whichever bound it has reached, once for each question. `question` is its
 * number. Until they are used, no other bound counts (see `boundReached`).
 */
export function grantAttempts(worker: Worker, question: number): WorkerTransition<void> {
  const { live, granted } = worker
  if (!live || question <= (granted?.question ?? 0)) return unchanged(worker, undefined)
  // What was granted before and is not used yet stays.
  const legs = Math.min(Math.max(currentLeg(worker).n, granted?.legs ?? 0) + MORE, MAX_LEGS)
  return transition({ ...worker, granted: { question, legs } }, undefined)
}
