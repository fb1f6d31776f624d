/** The one chain of every state machine task: log with the ids at hand, input checked, errors with their names. */

import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type * as z from 'zod'
import { logger } from '../adapters/logger.ts'

/** Makes a Lambda handler of `act`; what it throws is thrown on, for Step Functions to retry or catch by name. */
export const task = <Input, Output>(
  schema: z.ZodType<Input>,
  act: (input: Input) => Promise<Output>,
) =>
  middy<unknown, Output>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .before(({ event }) => {
      const { taskToken: _, ...ids } = event as Record<string, unknown>
      logger.appendKeys(ids)
    })
    .onError(({ error }) => {
      logger.error('failed', { error })
    })
    .handler((event) => act(schema.parse(event)))
