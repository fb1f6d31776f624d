/** Parses and validates the parts of requests. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type * as z from 'zod'
import { logger } from '../adapters/logger.ts'
import { clause } from '../core/clause.ts'
import { logIds } from '../core/log-ids.ts'
import { Problem } from './problem.ts'

export type HttpEvent = APIGatewayProxyEventV2

/** Returns the raw bytes of the body. */
export const rawBody = ({ body = '', isBase64Encoded }: HttpEvent): Buffer =>
  Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')

/** Baton's runners send UTF-8 only. What their jobs have read may hold U+FFFD. */
export type Sender = 'runner' | 'anyone'

/**
 * Parses the body with `schema` and adds its session id to the log. Throws 413 above `limit` bytes, and 400 if it is
 * not valid JSON or does not match the schema, or if API Gateway may have repaired it. Bodies that it passes on as text
 * look the same whether a client has sent U+FFFD or bytes that are not UTF-8.
 */
export function jsonBody<T>(
  event: HttpEvent,
  schema: z.ZodType<T>,
  limit: number,
  from: Sender = 'anyone',
): T {
  const raw = rawBody(event)
  if (raw.length > limit)
    throw new Problem(413, `The body has ${raw.length} bytes, but the limit is ${limit}.`)
  const body = check(schema, parseJson(raw, event, from), 'The body')
  const { sessionId } = logIds(body)
  if (sessionId !== undefined) logger.appendKeys({ sessionId })
  return body
}

function parseJson(raw: Buffer, { isBase64Encoded }: HttpEvent, from: Sender): unknown {
  if (from === 'anyone' && !isBase64Encoded && raw.includes('\uFFFD'))
    throw new Problem(
      400,
      'The body is not JSON in UTF-8, or it holds the character U+FFFD, which API Gateway puts in the place of bytes that are not UTF-8. Send UTF-8, and write that character as \\ufffd.',
    )
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw))
  } catch (cause) {
    throw new Problem(400, 'The body is not JSON in UTF-8.', { cause })
  }
}

/** Limits the list of faults in a response, because faults quote the request, which may have megabytes. */
const REPORTED = { faults: 5, characters: 1_000 }

/** Parses a value with `schema`. Throws 400 with the first faults if it is invalid. */
export function check<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues
    .slice(0, REPORTED.faults)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
  throw new Problem(
    400,
    `${what} is not valid: ${clause(faults.join('; ').slice(0, REPORTED.characters))}.`,
  )
}
