/** Posts a signed form to a webhook as Twilio does, with the retries that the URL's fragment sets. */
import { randomUUID } from 'node:crypto'
import { post, type WebhookAnswer, type WebhookFailure } from '../webhook.ts'
import { type FailureKind, overridesOf } from './overrides.ts'
import { type Fields, signatureOf } from './signature.ts'

export interface Posted {
  /** Of the last response; null if there was none. */
  readonly status: number | null
  readonly contentType: string | undefined
  readonly body: string
  readonly attempts: number
}

/**
 * `I-Twilio-Idempotency-Token` is the same for all attempts, so a webhook can distinguish a retry from a new
 * message.
 */
export async function postSigned(url: string, fields: Fields, authToken: string): Promise<Posted> {
  const { retries, retried, readMs, totalMs } = overridesOf(url)
  const until = Date.now() + totalMs
  const headers = {
    'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    'user-agent': 'TwilioProxy/1.1',
    'x-twilio-signature': signatureOf(authToken, url, fields),
    'i-twilio-idempotency-token': randomUUID(),
  }
  const body = new URLSearchParams(fields).toString()
  for (let attempts = 1; ; attempts++) {
    const timeoutMs = Math.max(1, Math.min(readMs, until - Date.now()))
    const answer = await post(url, { headers, body, timeoutMs })
    const kind = failureOf(answer)
    const again = kind !== undefined && retried(kind)
    if (again && attempts <= retries && Date.now() < until) continue
    return typeof answer === 'string'
      ? { status: null, contentType: undefined, body: '', attempts }
      : { ...answer, attempts }
  }
}

function failureOf(answer: WebhookAnswer | WebhookFailure): FailureKind | undefined {
  if (answer === 'connect') return 'ct'
  if (answer === 'read') return 'rt'
  if (answer.status >= 500) return '5xx'
  return answer.status >= 400 ? '4xx' : undefined
}
