/** Guards of the verification of a leg. */
import { currentLeg } from '../../../../src/core/worker.ts'
import { product } from '../system.ts'
import type { Mutant } from './mutant.ts'

export const verificationMutants: readonly Mutant[] = [
  {
    guard: 'verification first',
    instead: 'a report is queued, then what it says about the verification is stored',
    lacks: { verificationFirst: false },
    scenario: 'a verified worker',
    breaks: 'S8',
  },
  {
    guard: 'first verification',
    instead: 'storeVerification replaces what is stored',
    lacks: {
      storeVerification: (worker, n, found) => {
        const leg = currentLeg(worker)
        if (leg.n !== n || leg.reported) return product.storeVerification(worker, n, found)
        const { verification: _, ...open } = leg
        return product.storeVerification({ ...worker, legs: [open] }, n, found)
      },
    },
    scenario: 'a verified worker and a zombie',
    breaks: 'S8',
  },
  {
    guard: 'verification of this leg',
    instead: 'storeVerification takes the current leg for its own',
    lacks: {
      storeVerification: (worker, _, found) =>
        product.storeVerification(worker, currentLeg(worker).n, found),
    },
    scenario: 'a verified worker that is sent on',
    breaks: 'S8',
  },
  {
    guard: 'recover a verification',
    instead: 'recovery leaves a leg alone that is being verified',
    lacks: { recoversVerification: false },
    scenario: 'a verified worker',
    breaks: 'L2',
  },
  {
    guard: 'sweep verifiers',
    instead: 'no sweep finds verifiers of legs that are over',
    lacks: { sweepsVerifiers: false },
    scenario: 'a verified worker',
    breaks: 'L6',
  },
  {
    guard: 'verifier first',
    instead: 'a leg is marked as being verified before there is a verifier',
    lacks: { verifierFirst: false },
    scenario: 'a verified worker and a stop',
    breaks: { coveredBy: 'the sweep of verifiers' },
  },
]
