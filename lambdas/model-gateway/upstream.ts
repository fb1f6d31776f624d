/** The model's own API: a request passed on with our credentials in place of the sandbox's, its answer as it comes. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { env } from '../../src/adapters/environment.ts'
import { rereadSecret, secret } from '../../src/adapters/secrets.ts'
import { ApiError } from './api-error.ts'
import { signed } from './bedrock.ts'

export interface Passed {
  /** Path and query below the upstream's address. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
}

/** Of one connection only (RFC 9110, 7.6.1), or said anew by us. */
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
  // The sandbox's job token stands here.
  'x-api-key',
  'authorization',
]
const isPassed = (name: string) => !NOT_PASSED.includes(name) && !/^x-(amz|forwarded)/.test(name)

/** The headers that go on. */
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
 * Sends a request on. With a key of the operator's that was rotated meanwhile the new one is read and the request sent
 * again. Throws ApiError 502 when the upstream cannot be reached.
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
    return send(url, await signed(url, headers, passed.body), passed.body)
  const withKey = (key: string) => send(url, { ...headers, 'x-api-key': key }, passed.body)
  const answer = await withKey(await secret('MODEL_KEY_SECRET'))
  const rotated = answer.statusCode === 401 ? await rereadSecret('MODEL_KEY_SECRET') : undefined
  if (rotated === undefined) return answer
  answer.resume()
  return withKey(rotated)
}

/** Resolves with the head of the answer. No time limit of its own: the function has one. */
function send(url: URL, headers: Record<string, string>, body: Buffer): Promise<IncomingMessage> {
  const isTls = url.protocol === 'https:'
  const options = { method: 'POST', headers, agent: isTls ? agents.https : agents.http }
  return new Promise((resolve, reject) => {
    const outgoing = isTls ? httpsRequest(url, options) : httpRequest(url, options)
    let isAnswered = false
    outgoing.on('response', (answer) => {
      isAnswered = true
      resolve(answer)
    })
    outgoing.on('error', (cause: NodeJS.ErrnoException) => {
      // A kept connection that the other side had closed meanwhile, as while the function was frozen.
      if (outgoing.reusedSocket && !isAnswered && /^(ECONNRESET|EPIPE)$/.test(cause.code ?? ''))
        return resolve(send(url, headers, body))
      const message = 'Baton: the model could not be reached. Please try again.'
      reject(new ApiError(502, message, { cause }))
    })
    outgoing.end(body)
  })
}
