/** CollectResult: however the leg ended, the conductor hears of it. */
import * as z from 'zod'
import { task } from '../../src/triggers/task.ts'
import { legInput, stateError } from '../../src/triggers/task-input.ts'
import { collectLeg } from '../../src/use-cases/collect-leg.ts'

/** `error`: why StartLeg ended without a result, if it did. */
const input = z.object({ ...legInput.shape, error: stateError.default({}) })

export const collectResultTask = task(input, async ({ error, ...leg }) => collectLeg(leg, error))
