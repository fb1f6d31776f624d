/** The Messages API for sandboxes. A job token is the key, the real key never leaves this function, and usage is counted. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { logger } from '../../src/adapters/logger.ts'
import { publish } from '../../src/adapters/metrics.ts'
import type { JobClaims } from '../../src/core/job-token.ts'
import { idsOfJob } from '../../src/core/log-ids.ts'
import { readRequest } from '../../src/core/reservation.ts'
import { rawBody } from '../../src/http/request.ts'
import { admitJob, jobOf } from './admission.ts'
import { ApiError } from './api-error.ts'
import { countTokens } from './count-tokens.ts'
import { readCurrentJob } from './current-job.ts'
import { BrokenOff, relay, relayMetered } from './relay.ts'
import { type StreamedResponse, streaming } from './response-stream.ts'
import type { Passed } from './upstream.ts'

/** Counting tokens costs nothing (https://platform.claude.com/docs/en/build-with-claude/token-counting). */
const PATHS = { '/v1/messages': 'metered', '/v1/messages/count_tokens': 'free' } as const

export const handler = streaming(async (event, answer) => {
  logger.resetKeys()
  try {
    await serve(event, answer)
  } catch (error) {
    refuse(answer, error, event.requestContext.requestId)
  }
})

async function serve(event: APIGatewayProxyEventV2, answer: StreamedResponse): Promise<void> {
  const path = pathOf(event)
  const claims = await jobOf(event.headers)
  logger.appendKeys(idsOfJob(claims))
  const query = event.rawQueryString ? `?${event.rawQueryString}` : ''
  const passed = { path: path + query, headers: event.headers, body: rawBody(event) }
  if (PATHS[path] === 'metered') return serveMetered(claims, passed, answer)
  await readCurrentJob(claims)
  await relay(passed, answer)
}

async function serveMetered(
  claims: JobClaims,
  passed: Passed,
  answer: StreamedResponse,
): Promise<void> {
  const request = readRequest(passed.body)
  if (!request) throw new ApiError(400, 'Baton: the request is not a JSON object.')
  const admission = await admitJob(claims, request, () => countTokens(passed, request))
  const body = request.withMaxTokens(admission.maxTokens)
  await relayMetered({ ...passed, body }, answer, { claims, admission, streams: request.streams })
}

function pathOf({ rawPath, requestContext }: APIGatewayProxyEventV2): keyof typeof PATHS {
  const { method } = requestContext.http
  const path = Object.keys(PATHS).find((known): known is keyof typeof PATHS => known === rawPath)
  if (method !== 'POST' || !path)
    throw new ApiError(
      404,
      `Baton: there is no ${method} ${rawPath}. Only the Messages API is available here.`,
    )
  return path
}

function refuse(answer: StreamedResponse, error: unknown, requestId: string): void {
  if (error instanceof BrokenOff) throw error
  const problem =
    error instanceof ApiError
      ? error
      : new ApiError(503, 'Baton cannot pass the request on right now. Please try again.')
  if (problem.status < 500)
    logger.info('refused', { status: problem.status, detail: problem.message })
  else logger.error('failed', { error })
  if (problem.status === 401 || problem.status === 402) publish({ ModelGatewayRefusals: 1 })
  answer.head({ status: problem.status, headers: problem.headers })
  void answer.write(Buffer.from(problem.body(requestId)))
  answer.end()
}
