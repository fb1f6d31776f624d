/** Sends requests to the model's API, with Baton's credentials instead of the sandbox's. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { env } from '../../src/adapters/environment.ts'
import { rereadSecret, secret } from '../../src/adapters/secrets.ts'
import { ApiError } from './api-error.ts'
import { signed } from './bedrock.ts'

export interface Passed {
  /** Path and query below the upstream's base URL. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
  /** Breaks the request and its response off. */
  readonly signal?: AbortSignal
}

/** Headers of one connection (RFC 9110, 7.6.1), and headers that the gateway sets itself. */
const NOT_PASSED = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'accept-encoding',
  'expect',
  'cookie',
  'set-cookie',
  'forwarded',
  'via',
  // The operator's account is no business of a sandbox.
  'anthropic-organization-id',
  // These contain the sandbox's job token.
  'x-api-key',
  'authorization',
]
const isPassed = (name: string) => !NOT_PASSED.includes(name) && !/^x-(amz|forwarded)/.test(name)

/** Returns the headers to pass on. */
export const passedHeaders = (headers: Passed['headers'] | IncomingMessage['headers']) =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value !== undefined && isPassed(name.toLowerCase())
        ? [[name.toLowerCase(), String(value)] as const]
        : [],
    ),
  )

const agents = {
  http: new HttpAgent({ keepAlive: true }),
  https: new HttpsAgent({ keepAlive: true }),
}

/**
 * Passes a request on. If the operator's key was rotated in the meantime, reads the new one and sends the request again.
 * Throws ApiError 502 if the upstream cannot be reached.
 */
export async function askUpstream(passed: Passed): Promise<IncomingMessage> {
  const base = env('MODEL_BASE_URL').replace(/\/+$/, '')
  const url = new URL(base + passed.path)
  const headers = {
    ...passedHeaders(passed.headers),
    'accept-encoding': 'identity',
    'content-length': String(passed.body.length),
  }
  if (env('MODEL_UPSTREAM') === 'bedrock')
    return send(url, await signed(url, headers, passed.body), passed)
  const withKey = (key: string) => send(url, { ...headers, 'x-api-key': key }, passed)
  const key = await secret('MODEL_KEY_SECRET')
  const answer = await withKey(key)
  const latest = answer.statusCode === 401 ? await rereadSecret('MODEL_KEY_SECRET') : undefined
  if (latest === undefined || latest === key) return answer
  answer.resume()
  return withKey(latest)
}

/** Resolves once the response's headers are there. */
function send(
  url: URL,
  headers: Record<string, string>,
  { body, signal }: Pick<Passed, 'body' | 'signal'>,
): Promise<IncomingMessage> {
  const isTls = url.protocol === 'https:'
  const agent = isTls ? agents.https : agents.http
  const options = { method: 'POST', headers, agent, ...(signal && { signal }) }
  return new Promise((resolve, reject) => {
    const outgoing = isTls ? httpsRequest(url, options) : httpRequest(url, options)
    let isAnswered = false
    outgoing.on('response', (answer) => {
      isAnswered = true
      resolve(answer)
    })
    outgoing.on('error', (cause: NodeJS.ErrnoException) => {
      // The other side closed a reused connection, for example while the function was frozen.
      if (outgoing.reusedSocket && !isAnswered && /^(ECONNRESET|EPIPE)$/.test(cause.code ?? ''))
        return resolve(send(url, headers, { body, ...(signal && { signal }) }))
      const message = "Baton: the model's API could not be reached. Please try again."
      reject(new ApiError(502, message, { cause }))
    })
    outgoing.end(body)
  })
}
