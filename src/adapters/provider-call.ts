/** Sends requests to SMS and email providers that must not be repeated. Every error says whether the request may have arrived. */

import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type * as z from 'zod'
import type { Handover } from '../channels/delivery.ts'
import { clause } from '../core/clause.ts'
import { type Sighting, WORKS } from '../core/health.ts'
import { oneLine } from '../core/one-line.ts'
import { noteHealth } from './health.ts'
import { rereadSecret, secret } from './secrets.ts'

/** The request was not sent, or the provider certainly has not acted on it. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
}

/** The request may have arrived, but its response did not. */
export class ResponseLost extends Error {
  override readonly name = 'ResponseLost'
}

export interface ProviderRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface ProviderResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** Timeout for connecting and the whole response, in milliseconds. */
const TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 8 * 1024 * 1024

/**
 * Sends a request once, over a new connection. On a reused one that the other side has closed, for example while the
 * function was frozen, it would be unknown whether the request arrived. Redirects are not followed.
 * @throws NotSent before the connection is established (with TLS: verified), ResponseLost after that.
 */
export async function sendRequest(
  given: ProviderRequest,
  timeoutMs = TIMEOUT_MS,
): Promise<ProviderResponse> {
  const signal = AbortSignal.timeout(timeoutMs)
  let isConnected = false
  try {
    const response = await send(given, signal, () => {
      isConnected = true
    })
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text: await textOf(response),
    }
  } catch (cause) {
    const why = signal.aborted ? 'timeout' : codeOf(cause)
    throw isConnected
      ? new ResponseLost(`The response was lost: ${why}.`, { cause })
      : new NotSent(`No connection: ${why}.`, { cause })
  }
}

/** Resolves once the response's headers are there. */
function send(
  { method, url, headers, body = '' }: ProviderRequest,
  signal: AbortSignal,
  onConnected: () => void,
): Promise<IncomingMessage> {
  const isTls = /^https:/i.test(url)
  const options = {
    method,
    // Uses a new connection.
    agent: false as const,
    signal,
    headers: {
      ...headers,
      ...(method === 'POST' && { 'content-length': Buffer.byteLength(body) }),
    },
  }
  return new Promise((resolve, reject) => {
    const outgoing = isTls ? httpsRequest(url, options) : httpRequest(url, options)
    outgoing.on('socket', (socket) => socket.on(isTls ? 'secureConnect' : 'connect', onConnected))
    outgoing.on('response', resolve)
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new Error('The response is too long.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Returns the code of a Node error, because its message may contain a header. */
const codeOf = (cause: unknown) =>
  cause instanceof Error ? ('code' in cause && String(cause.code)) || cause.name : 'unknown'

/** The environment variable of a secret. */
type Key = Parameters<typeof secret>[0]

/**
 * Sends a request with a key. If the key is refused and was rotated in the meantime, sends it once more with the new one.
 * @throws like `sendRequest`, and NotSent if the key cannot be read.
 */
export async function sendWithKey(
  name: Key,
  questionWith: (key: string) => ProviderRequest,
  timeoutMs?: number,
): Promise<ProviderResponse> {
  const key = await readKey(name, () => secret(name))
  const response = await sendRequest(questionWith(key), timeoutMs)
  if (!isKeyRefused(response)) return response
  const fresh = await readKey(name, () => rereadSecret(name))
  return fresh === undefined || fresh === key
    ? response
    : sendRequest(questionWith(fresh), timeoutMs)
}

const isKeyRefused = ({ status }: ProviderResponse) => status === 401 || status === 403

async function readKey<T>(name: Key, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw new NotSent(`The secret of ${name} cannot be read.`, { cause })
  }
}

/** How to send a message to a provider, and what its responses mean. */
export interface Provider {
  readonly name: 'twilio' | 'sendgrid'
  readonly key: Key
  readonly questionWith: (key: string) => ProviderRequest
  /** Returns the id of the accepted message, or undefined if the response does not accept it. */
  readonly taken: (response: ProviderResponse) => string | undefined
  /** Returns the provider's reason for refusing, or undefined if it gives none. */
  readonly objection: (response: ProviderResponse) => string | undefined
  /** Returns whether the problem is temporary. Called only if the status does not say so itself. */
  readonly passes?: (response: ProviderResponse) => boolean
}

/** These statuses are about our account, the URL or the request rate, not about the message. */
const LATER = [401, 403, 404, 429]

/** Sends a message once. Never throws for problems of the provider, the network or a secret. */
export async function handOver(provider: Provider, timeoutMs?: number): Promise<Handover> {
  try {
    const response = await sendWithKey(provider.key, provider.questionWith, timeoutMs)
    const handover = judged(provider, response)
    await noteHealth(provider.name, sightingOf(provider, response, handover))
    return handover
  } catch (error) {
    if (!(error instanceof NotSent || error instanceof ResponseLost)) throw error
    await noteHealth(provider.name, { state: 'degraded', detail: clause(error.message) })
    return { status: error instanceof NotSent ? 'later' : 'doubt', problem: error.message }
  }
}

/** A provider that refuses one message works. */
function sightingOf(
  provider: Provider,
  { status }: ProviderResponse,
  handover: Handover,
): Sighting {
  if (handover.status === 'sent' || handover.status === 'refused') return WORKS
  return status === 401 || status === 403 || status === 404
    ? {
        state: 'down',
        detail: `it does not accept the key or the account (HTTP ${status})`,
        cure: CURES[provider.name],
      }
    : { state: 'degraded', detail: clause(handover.problem) }
}

const CURES: Readonly<Record<Provider['name'], string>> = {
  twilio: 'Check the secret twilio-auth-token and the option twilioAccountSid.',
  sendgrid: 'Check the secret sendgrid-api-key: a key that may send email.',
}

function judged({ taken, objection, passes }: Provider, response: ProviderResponse): Handover {
  const providerId = taken(response)
  if (providerId !== undefined) return { status: 'sent', providerId }
  const { status } = response
  const problem = [`HTTP ${status}`, oneLine(objection(response) ?? '').slice(0, 500)]
    .filter(Boolean)
    .join(': ')
  if (LATER.includes(status) || passes?.(response)) return { status: 'later', problem }
  return { status: status >= 400 && status < 500 ? 'refused' : 'doubt', problem }
}

/** Returns the response's JSON, or undefined if it is invalid or has another shape. */
export function readJson<S extends z.ZodType>(
  schema: S,
  { text }: ProviderResponse,
): z.infer<S> | undefined {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
