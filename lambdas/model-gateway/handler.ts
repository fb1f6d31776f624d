/** The Messages API for sandboxes. A job token is the key, the real key never leaves this function, and usage is counted. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { logger } from '../../src/adapters/logger.ts'
import { publish } from '../../src/adapters/metrics.ts'
import { idsOfJob } from '../../src/core/log-ids.ts'
import { answerTally } from '../../src/core/prices.ts'
import { add, type Tally } from '../../src/core/tally.ts'
import { rawBody } from '../../src/http/request.ts'
import { type Admitted, admitJob, jobOf, sessionOf } from './admission.ts'
import { ApiError } from './api-error.ts'
import { holdBack } from './hold-back.ts'
import { type StreamedResponse, streaming } from './response-stream.ts'
import { askUpstream, passedHeaders } from './upstream.ts'
import { type Meter, meterFor } from './usage-meter.ts'

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
  const session = await sessionOf(claims)
  const admitted = PATHS[path] === 'metered' ? await admitJob(claims, session) : undefined
  const began = Date.now()
  const query = event.rawQueryString ? `?${event.rawQueryString}` : ''
  const upstream = await askUpstream({
    path: path + query,
    headers: event.headers,
    body: rawBody(event),
  }).catch(async (error: unknown) => {
    await admitted?.settle({})
    throw error
  })
  const status = upstream.statusCode ?? 502
  const type = upstream.headers['content-type'] ?? ''
  const [meter, held] = [meterFor(type), holdBack(type)]
  answer.head({ status, headers: passedHeaders(upstream.headers) })
  try {
    for await (const bytes of upstream) {
      meter.accept(bytes)
      await answer.write(held.pass(bytes))
    }
  } catch (error) {
    // Count what was sent until then, and break the client's stream off too.
    logger.warn("the upstream's response broke off", { error })
    await account(admitted, meter, began)
    throw new BrokenOff()
  }
  await account(admitted, meter, began)
  await answer.write(held.release())
  answer.end()
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

/**
 * Counts a response. If that fails, the client still gets it; it stays recorded as under way and later counts as
 * unmetered.
 */
async function account(admitted: Admitted | undefined, meter: Meter, began: number): Promise<void> {
  const ms = Date.now() - began
  const metered = meter.metered()
  const answers = metered ? [metered, ...(metered.furtherCalls ?? [])] : []
  const used: Tally = add(
    { gatewayMs: ms },
    ...answers.map(({ model, usage }) => answerTally(model, usage)),
  )
  logger.info('answered', { ms, ...metered })
  await admitted
    ?.settle(used)
    .catch((error: unknown) => logger.error('usage not counted', { error, ...metered }))
}

/** The headers are already sent, so only a broken connection can still tell the client. */
class BrokenOff extends Error {
  override readonly name = 'BrokenOff'
}

function refuse(answer: StreamedResponse, error: unknown, requestId: string): void {
  if (error instanceof BrokenOff) throw error
  const problem =
    error instanceof ApiError
      ? error
      : new ApiError(503, 'Baton cannot reach its own storage right now. Please try again.')
  if (problem.status < 500)
    logger.info('refused', { status: problem.status, detail: problem.message })
  else logger.error('failed', { error })
  if (problem.status === 401 || problem.status === 403) publish({ ModelGatewayRefusals: 1 })
  answer.head({ status: problem.status, headers: problem.headers })
  void answer.write(Buffer.from(problem.body(requestId)))
  answer.end()
}
