/** CollectResult: however the leg ended, the conductor hears of it. */
import * as z from 'zod'
import { collectLeg } from '../run/collect-leg.ts'
import { legStep, stateError } from '../run/inputs.ts'
import { task } from '../run/task.ts'

/** `error`: why StartLeg ended without a result, if it did. */
const input = z.object({ ...legStep.shape, error: stateError.default({}) })

export const handler = task(input, async ({ error, ...leg }) => collectLeg(leg, error))
