/** The one chain of every state machine task: log with the ids at hand, input checked, errors with their names. */

import middy from '@middy/core'
import type * as z from 'zod'
import { logger, logInvocation } from '../adapters/logger.ts'
import { logIds } from '../core/log-ids.ts'

/** Makes a Lambda handler of `act`; what it throws is thrown on, for Step Functions to retry or catch by name. */
export const task = <Input, Output>(
  schema: z.ZodType<Input>,
  act: (input: Input) => Promise<Output>,
) =>
  middy<unknown, Output>()
    .use(logInvocation())
    .before(({ event }) => logger.appendKeys(logIds(event)))
    .onError(({ error }) => {
      logger.error('failed', { error })
    })
    .handler((event) => act(schema.parse(event)))
