/** CollectResult: reports the leg to the conductor, however it ended. */
import * as z from 'zod'
import { task } from '../../src/triggers/task.ts'
import { legInput, stateError } from '../../src/triggers/task-input.ts'
import { collectLeg } from '../../src/use-cases/collect-leg.ts'

/** `error` is set if StartLeg ended without a result. */
const input = z.object({ ...legInput.shape, error: stateError.default({}) })

export const collectResultTask = task(input, async ({ error, ...leg }) => collectLeg(leg, error))
