/** A worker that has reported, for tests of reviews; fields that are not given are those of a leg that went well. */
import type { Finding, Review, Verification } from '../../../src/contract/review.ts'
import { newWorker, type Upload, type Worker } from '../../../src/core/worker.ts'
import { AT, NOW } from './fixtures.ts'

/** `a.txt` was handed over, `b.txt` was not. */
const uploads: readonly Upload[] = [
  { leg: 1, job: 1, name: 'a.txt', size: 3, sha256: `${'A'.repeat(43)}=`, handedOver: true },
  { leg: 1, job: 1, name: 'b.txt', size: 3 },
]

/** A worker with the criteria C1 and C2, unless given. */
export function reported(
  given: Partial<Worker> = {},
  verification?: Partial<Verification>,
): Worker {
  const id = { sessionId: 'main', workerId: 'w1', cliSession: 'cli' }
  const assignment = { commandId: 't1.0', run: 1, at: new Date(NOW), seconds: 60 }
  const work = { task: 'build it', criteria: ['it runs', 'it is blue'] }
  const { legs, ...worker } = newWorker(id, work, assignment)
  return {
    ...worker,
    status: 'reported',
    uploads,
    legs: legs.map((leg) => ({
      ...leg,
      outcome: 'done' as const,
      reported: true,
      used: { nanoUsd: 420_000_000 },
      ...(verification && { verification: { ...VERIFIED, ...verification } }),
    })),
    ...given,
  }
}

const VERIFIED: Verification = {
  verifier: 'w1v1',
  outcome: 'done',
  model: 'claude-verifier',
  at: AT,
  criteria: [],
  remarks: [],
}

/** A finding that shows that a criterion is met. */
export const met = (id: string, given: Partial<Finding> = {}): Finding => ({
  id,
  status: 'met',
  procedure: 'Run it.',
  excerpt: 'ok',
  ...given,
})

export const unmet = (id: string): Finding => ({ id, status: 'unmet', excerpt: 'not ok' })

export const reviewed = (
  verdict: Review['verdict'],
  criteria: readonly Finding[] = [],
  given: Partial<Review> = {},
): Review => ({ verdict, criteria: [...criteria], ...given })
