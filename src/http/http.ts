/** The one chain of every HTTP function: the log, and any error as problem+json. HTTP APIs give header names in lower case. */

import middy from '@middy/core'
import { logger, logInvocation } from '../adapters/logger.ts'
import { publish } from '../adapters/metrics.ts'
import { logIds } from '../core/log-ids.ts'
import { Problem, problemResponse } from './problem.ts'
import type { HttpEvent } from './request.ts'
import type { HttpResponse } from './respond.ts'

/**
 * Makes a Lambda handler of `respond`. A Problem is answered as it says; anything else is a fault of ours or of a
 * service behind us, which the caller may try again: 503 with Retry-After, the cause in the log alone.
 */
export const http = (respond: (event: HttpEvent) => Promise<HttpResponse>) =>
  middy<HttpEvent, HttpResponse>()
    .use(logInvocation())
    .before(({ event }) => logger.appendKeys(logIds(event.pathParameters)))
    .onError((request) => {
      const { error, event } = request
      request.response = problemResponse(asProblem(error), event.requestContext.requestId)
    })
    .handler(respond)

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) {
    logger.info('refused', { status: error.status, detail: error.message })
    if (error.status === 401 || error.status === 403) publish({ RequestsRefused: 1 })
    return error
  }
  logger.error('failed', { error })
  return new Problem(503, 'Baton cannot do this right now. Nothing is lost; please try again.')
}
