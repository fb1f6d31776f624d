/** CollectResult: reports the leg to the conductor, however it ended, or says that it has to be verified first. */
import * as z from 'zod'
import { task } from '../../src/triggers/task.ts'
import { legInput, stateError } from '../../src/triggers/task-input.ts'
import { collectLeg, collectVerification } from '../../src/use-cases/collect-leg.ts'

/** `error` is set if StartLeg or StartVerifier ended without a result; `verified` if the verifier is over. */
const input = z.object({
  ...legInput.shape,
  error: stateError.default({}),
  verified: z.boolean().default(false),
})

export const collectResultTask = task(input, async ({ error, verified, ...leg }) => {
  if (!verified) return { verify: await collectLeg(leg, error) }
  await collectVerification(leg, error)
  return { verify: false }
})
