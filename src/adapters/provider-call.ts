/** A request to a provider of SMS or email that is not to be sent twice: whether it may have arrived is always known. */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type * as z from 'zod'
import type { Handover } from '../channels/delivery.ts'
import { rereadSecret, secret } from './secrets.ts'

/** Nothing of the request has left us, or the provider has certainly not acted on it. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
}

/** The request may have arrived; its answer did not. */
export class ResponseLost extends Error {
  override readonly name = 'AnswerLost'
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

/** Connecting and the whole answer, in milliseconds. */
const TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 8 * 1024 * 1024

/**
 * Asks once, over a connection of its own: on a kept one that the other side has closed meanwhile, as while the
 * function was frozen, nobody could say whether the request arrived. Redirects are answers like any other.
 * @throws NotSent while there is no connection (and, with TLS, no proof of who is at its end); AnswerLost after that.
 */
export async function sendRequest(
  question: ProviderRequest,
  timeoutMs = TIMEOUT_MS,
): Promise<ProviderResponse> {
  const signal = AbortSignal.timeout(timeoutMs)
  let isConnected = false
  try {
    const answer = await send(question, signal, () => {
      isConnected = true
    })
    return { status: answer.statusCode ?? 0, headers: answer.headers, text: await textOf(answer) }
  } catch (cause) {
    const why = signal.aborted ? 'timeout' : codeOf(cause)
    throw isConnected
      ? new ResponseLost(`The answer was lost: ${why}.`, { cause })
      : new NotSent(`No connection: ${why}.`, { cause })
  }
}

/** Resolves with the head of the answer. */
function send(
  { method, url, headers, body = '' }: ProviderRequest,
  signal: AbortSignal,
  onConnected: () => void,
): Promise<IncomingMessage> {
  const isTls = /^https:/i.test(url)
  const options = {
    method,
    // `agent: false`: a new connection.
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

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new Error('The answer is too long.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Of an error of Node, whose message may hold a header. */
const codeOf = (cause: unknown) =>
  cause instanceof Error ? ('code' in cause && String(cause.code)) || cause.name : 'unknown'

/** A secret's variable. */
type Key = Parameters<typeof secret>[0]

/**
 * Asks with a key; when it is refused and was rotated meanwhile, once more with the new one.
 * @throws as `ask`, and NotSent when the key cannot be read.
 */
export async function sendWithKey(
  name: Key,
  questionWith: (key: string) => ProviderRequest,
  timeoutMs?: number,
): Promise<ProviderResponse> {
  const key = await readKey(name, () => secret(name))
  const answer = await sendRequest(questionWith(key), timeoutMs)
  if (!isKeyRefused(answer)) return answer
  const fresh = await readKey(name, () => rereadSecret(name))
  return fresh === undefined || fresh === key ? answer : sendRequest(questionWith(fresh), timeoutMs)
}

const isKeyRefused = ({ status }: ProviderResponse) => status === 401 || status === 403

async function readKey<T>(name: Key, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw new NotSent(`The secret of ${name} cannot be read.`, { cause })
  }
}

/** How a provider is asked to take a message, and what its answers mean. */
export interface Provider {
  readonly key: Key
  readonly questionWith: (key: string) => ProviderRequest
  /** The id under which the message was taken, where the answer says so. */
  readonly taken: (answer: ProviderResponse) => string | undefined
  /** The provider's own words on why not; nothing where it has none. */
  readonly objection: (answer: ProviderResponse) => string | undefined
  /** Whether what it objects to passes; for statuses that say it by themselves nobody asks. */
  readonly passes?: (answer: ProviderResponse) => boolean
}

/** These are about our account, our address or our haste, not about the message. */
const LATER = [401, 403, 404, 429]

/** Hands a message over once. Never throws for what a provider, the network or a secret does. */
export async function handOver(provider: Provider, timeoutMs?: number): Promise<Handover> {
  try {
    const answer = await sendWithKey(provider.key, provider.questionWith, timeoutMs)
    return judged(provider, answer)
  } catch (error) {
    if (error instanceof NotSent) return { status: 'later', problem: error.message }
    if (error instanceof ResponseLost) return { status: 'doubt', problem: error.message }
    throw error
  }
}

function judged({ taken, objection, passes }: Provider, answer: ProviderResponse): Handover {
  const providerId = taken(answer)
  if (providerId !== undefined) return { status: 'sent', providerId }
  const { status } = answer
  const problem = [`HTTP ${status}`, oneLine(objection(answer))].filter(Boolean).join(': ')
  if (LATER.includes(status) || passes?.(answer)) return { status: 'later', problem }
  return { status: status >= 400 && status < 500 ? 'refused' : 'doubt', problem }
}

const oneLine = (text = '') => text.replace(/\s+/g, ' ').slice(0, 500)

/** The JSON of an answer; nothing when it is none or of another shape. */
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
