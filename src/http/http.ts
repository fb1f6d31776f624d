/** The middleware of every HTTP function: logging, and errors as problem+json. HTTP APIs send header names in lower case. */

import middy from '@middy/core'
import { logger, logInvocation } from '../adapters/logger.ts'
import { publish } from '../adapters/metrics.ts'
import { logIds } from '../core/log-ids.ts'
import { Problem, problemResponse } from './problem.ts'
import type { HttpEvent } from './request.ts'
import type { HttpResponse } from './respond.ts'

/**
 * Returns a Lambda handler for `respond`. A Problem becomes its response. Any other error is Baton's fault or that of a
 * service it uses, so the caller gets 503 with Retry-After, and only the log has the cause. The response to HEAD has
 * no body.
 */
export const http = (respond: (event: HttpEvent) => Promise<HttpResponse>) =>
  middy<HttpEvent, HttpResponse>()
    .use(logInvocation())
    .before(({ event }) => logger.appendKeys(logIds(event.pathParameters)))
    .onError((request) => {
      const { error, event } = request
      const { requestId } = event.requestContext
      request.response = forMethod(event, problemResponse(asProblem(error), requestId))
    })
    .handler(async (event) => forMethod(event, await respond(event)))

function forMethod({ requestContext }: HttpEvent, response: HttpResponse): HttpResponse {
  if (requestContext.http.method !== 'HEAD') return response
  const { body: _, ...head } = response
  return head
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) {
    logger.info('refused', { status: error.status, detail: error.message })
    if (error.status === 401 || error.status === 403) publish({ RequestsRefused: 1 })
    return error
  }
  logger.error('failed', { error })
  return new Problem(503, 'Baton cannot do this right now. Nothing is lost. Please try again.')
}
