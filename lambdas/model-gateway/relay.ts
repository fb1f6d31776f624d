/** Passes a request to the model's API and its response back, and counts what it used. */
import type { IncomingMessage } from 'node:http'
import { noteHealth } from '../../src/adapters/health.ts'
import { logger } from '../../src/adapters/logger.ts'
import { WORKS } from '../../src/core/health.ts'
import type { JobClaims } from '../../src/core/job-token.ts'
import { troubleOfType } from '../../src/core/model-trouble.ts'
import { answerTally } from '../../src/core/prices.ts'
import { add, type Tally } from '../../src/core/tally.ts'
import type { Admission } from './admission.ts'
import { ApiError } from './api-error.ts'
import { readError, recordFailure, retryHeaders } from './failure.ts'
import { holdBack } from './hold-back.ts'
import type { StreamedResponse } from './response-stream.ts'
import { type SilenceWatch, silenceLimits, watchSilence } from './silence.ts'
import { askUpstream, type Passed, passedHeaders } from './upstream.ts'
import { type Meter, meterFor } from './usage-meter.ts'

/** The headers are already sent, so only a broken connection can still tell the client. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff'
}

/** A request that costs something. */
interface Metered {
  readonly claims: JobClaims
  readonly admission: Admission
  readonly streams: boolean
}

/** Passes on a request that costs nothing. */
export async function relay(passed: Passed, answer: StreamedResponse): Promise<void> {
  const upstream = await askUpstream(passed)
  answer.head({
    status: upstream.statusCode ?? 502,
    headers: passedHeaders(upstream.headers),
  })
  for await (const bytes of upstream) await answer.write(bytes)
  answer.end()
}

/** Passes on a request, and records what it used or how it failed. Breaks it off if the API is silent for too long. */
export async function relayMetered(
  passed: Passed,
  answer: StreamedResponse,
  metered: Metered,
): Promise<void> {
  const { claims, streams } = metered
  const began = Date.now()
  const watch = watchSilence(silenceLimits(streams), () => {
    void recordFailure(claims, 'silent', began)
  })
  try {
    const upstream = await ask(passed, metered, { began, watch })
    await ((upstream.statusCode ?? 502) < 400 ? passAnswer : passError)(upstream, answer, metered, {
      began,
      watch,
    })
  } finally {
    watch.stop()
  }
}

interface Attempt {
  /** ms since the epoch. */
  readonly began: number
  readonly watch: SilenceWatch
}

/** Throws ApiError 502 if there is no response. */
async function ask(
  passed: Passed,
  { claims, admission }: Metered,
  { began, watch }: Attempt,
): Promise<IncomingMessage> {
  try {
    return await askUpstream({ ...passed, signal: watch.signal })
  } catch (error) {
    await admission.settle({})
    const kind = watch.signal.aborted ? 'silent' : 'unreachable'
    const trouble = await recordFailure(claims, kind, began, { error })
    throw new ApiError(502, 'Baton: the model does not answer.', {
      cause: error,
      headers: retryHeaders(trouble),
    })
  }
}

async function passError(
  upstream: IncomingMessage,
  answer: StreamedResponse,
  { claims, admission }: Metered,
  { began }: Attempt,
): Promise<void> {
  const { kind, status, body, details } = await readError(upstream)
  await admission.settle({ gatewayMs: Date.now() - began })
  const trouble = await recordFailure(claims, kind, began, details)
  answer.head({ status, headers: retryHeaders(trouble, passedHeaders(upstream.headers)) })
  await answer.write(body)
  answer.end()
}

async function passAnswer(
  upstream: IncomingMessage,
  answer: StreamedResponse,
  metered: Metered,
  { began, watch }: Attempt,
): Promise<void> {
  const { claims } = metered
  const type = upstream.headers['content-type'] ?? ''
  const [meter, held] = [meterFor(type), holdBack(type)]
  answer.head({ status: upstream.statusCode ?? 502, headers: passedHeaders(upstream.headers) })
  try {
    for await (const bytes of upstream) {
      watch.heard()
      meter.accept(bytes)
      await answer.write(held.pass(bytes))
    }
  } catch (error) {
    // Count what was sent until then, and break the client's stream off too.
    await account(metered, meter, { began, isLeft: answer.isLeft })
    await recordFailure(claims, watch.signal.aborted ? 'silent' : 'cut', began, { error })
    throw new BrokenOff()
  }
  const failed = meter.error()
  await Promise.all([
    account(metered, meter, { began, isLeft: answer.isLeft, isAnswer: failed === undefined }),
    failed === undefined && noteHealth('model', WORKS),
  ])
  if (failed !== undefined)
    await recordFailure(claims, troubleOfType(failed), began, { type: failed })
  await answer.write(held.release())
  answer.end()
}

/**
 * Counts a response. If that fails, the client still gets it; it stays recorded as under way and later counts as
 * unmetered.
 */
async function account(
  { admission }: Metered,
  meter: Meter,
  { began, isLeft, isAnswer = false }: { began: number; isLeft: boolean; isAnswer?: boolean },
): Promise<void> {
  const ms = Date.now() - began
  const reported = meter.metered()
  const answers = reported ? [reported, ...(reported.furtherCalls ?? [])] : []
  const used: Tally = add(
    { gatewayMs: ms },
    ...answers.map(({ model, usage }) => answerTally(model, usage)),
  )
  logger.info('answered', { ms, ...reported })
  await admission
    .settle(used, { isAnswer, isLeft })
    .catch((error: unknown) => logger.error('usage not counted', { error, ...reported }))
}
