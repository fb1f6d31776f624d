/** Failures of the model's API: recorded for the job, for people and operators, and with a word on whether to try again. */
import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import * as z from 'zod'
import { noteHealth } from '../../src/adapters/health.ts'
import { changeLedger } from '../../src/adapters/ledgers.ts'
import { logger } from '../../src/adapters/logger.ts'
import { publish } from '../../src/adapters/metrics.ts'
import type { JobClaims } from '../../src/core/job-token.ts'
import { jobName, recordTrouble } from '../../src/core/ledger.ts'
import {
  adviceOn,
  isGivenUp,
  isLasting,
  isNotable,
  type ModelTrouble,
  secondsToWait,
  type TroubleKind,
  troubleOf,
  whatHappened,
} from '../../src/core/model-trouble.ts'
import { NO_RETRY } from './api-error.ts'

/** Records a failed request, sent at `began` (ms since the epoch). Returns the job's trouble, or undefined if that fails. */
export async function recordFailure(
  claims: JobClaims,
  kind: TroubleKind,
  began: number,
  details: object = {},
): Promise<ModelTrouble | undefined> {
  const now = Date.now()
  logger.warn('the model failed', { kind, ms: now - began, ...details })
  await noteTrouble(kind)
  try {
    const { output: trouble } = await changeLedger(claims.session, (ledger) =>
      recordTrouble(ledger, jobName(claims), kind, { began, now }),
    )
    publish({
      ModelRefusals: Number(isOperators(kind)),
      ModelFailures: Number(isNotable(trouble, now)),
    })
    return trouble
  } catch (error) {
    logger.error('the failure of the model was not recorded', { error })
    return undefined
  }
}

/** A request that the API does not accept says nothing about the API. */
const noteTrouble = async (kind: TroubleKind): Promise<void> => {
  if (kind === 'length' || kind === 'request') return
  await noteHealth('model', {
    state: isLasting({ kind }) ? 'down' : 'degraded',
    detail: whatHappened({ kind }),
    ...(isLasting({ kind }) && { cure: adviceOn({ kind }) }),
  })
}

/** Returns whether only the operator can help. */
const isOperators = (kind: TroubleKind) =>
  isLasting({ kind }) && kind !== 'length' && kind !== 'request'

/** Returns a response's headers, which also tell the client whether and when to try again. */
export function retryHeaders(
  trouble: ModelTrouble | undefined,
  given: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  if (!trouble) return given
  if (isLasting(trouble) || isGivenUp(trouble, Date.now())) return { ...given, ...NO_RETRY }
  const seconds = secondsToWait(trouble)
  return seconds === undefined ? given : { 'retry-after': String(seconds), ...given }
}

/** The error of a response: what it means, and its body. */
export interface ErrorResponse {
  readonly kind: TroubleKind
  /** What the client gets. */
  readonly status: number
  readonly body: Buffer
  readonly details: object
}

const errorBody = z.object({ error: z.object({ type: z.string(), message: z.string() }) })

/** Reads an error of the API to its end. */
export async function readError(response: IncomingMessage): Promise<ErrorResponse> {
  const { statusCode = 502, headers } = response
  const body = await buffer(response).catch(() => Buffer.alloc(0))
  const { type, message } = errorOf(body)
  const retryAfter = Number(headers['retry-after'] ?? 0)
  return {
    kind: troubleOf(statusCode, message, Number.isFinite(retryAfter) ? retryAfter : 0),
    ...(statusCode === OVERLOADED ? unavailable : { status: statusCode, body }),
    details: { status: statusCode, type, reason: message.slice(0, 500) },
  }
}

/** Claude Code gives up after three of these, whatever it is told about retries. */
const OVERLOADED = 529
const unavailable = {
  status: 503,
  body: Buffer.from(
    JSON.stringify({ type: 'error', error: { type: 'api_error', message: 'The model is busy.' } }),
  ),
}

function errorOf(body: Buffer): { type: string; message: string } {
  try {
    return errorBody.parse(JSON.parse(body.toString())).error
  } catch {
    return { type: 'unknown', message: body.toString().slice(0, 500) }
  }
}
