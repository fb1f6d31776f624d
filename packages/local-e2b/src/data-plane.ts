/** The data plane: finds the sandbox a request is for, checks its token, passes it to the sandbox's daemon. */
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { ApiError, sendError } from './json-http.ts'
import type { Lifecycle } from './lifecycle.ts'
import { answerNotRunning } from './not-running.ts'
import { sameSecret } from './same-secret.ts'
import type { Sandbox } from './sandbox.ts'
import { isExpired, isSignedBy } from './signature.ts'

const ENVD_PORT = '49983'
/** How long traffic keeps a sandbox awake that it resumed: E2B's own minimum. */
const AUTO_RESUME_SECONDS = 300
/** Headers of one hop (RFC 9110 §7.6.1): the daemon's connection is not the reader's. */
const HOP_HEADERS = ['connection', 'keep-alive', 'transfer-encoding']

/** Answers one request for a sandbox. */
export async function serveData(
  lifecycle: Lifecycle,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const sandbox = locate(lifecycle, url, request)
  if (!sandbox) return answerNotRunning(request.headers['e2b-sandbox-id']?.toString(), response)
  checkToken(sandbox, url, request)
  const port = request.headers['e2b-sandbox-port'] ?? ENVD_PORT
  if (port !== ENVD_PORT)
    throw new ApiError(501, `port ${port}: only envd's port is routed by the local E2B server`)
  await wake(lifecycle, sandbox)
  if (sandbox.state !== 'running' || !sandbox.box) return answerNotRunning(sandbox.id, response)
  pass(sandbox, sandbox.box.socket, request, response)
}

/**
 * By the SDK's header; without one by the token, for SDKs before 2.14 send none on `/files`; a
 * signed link has neither, so its signature is tried with each sandbox's token.
 */
function locate(lifecycle: Lifecycle, url: URL, request: IncomingMessage): Sandbox | undefined {
  const id = request.headers['e2b-sandbox-id']
  if (typeof id === 'string') return lifecycle.find(id)
  const token = request.headers['x-access-token']
  if (token !== undefined)
    return lifecycle.list().find((sandbox) => sameSecret(token, sandbox.token))
  return lifecycle.list().find((sandbox) => isSignedBy(sandbox.token, url, request.method))
}

/** @throws ApiError 401 unless the request carries the sandbox's token or a link signed with it */
function checkToken({ token }: Sandbox, url: URL, request: IncomingMessage): void {
  if (sameSecret(request.headers['x-access-token'], token)) return
  const isFile = url.pathname === '/files'
  if (!isFile || !isSignedBy(token, url, request.method))
    throw new ApiError(401, 'unauthorized access, please provide a valid access token')
  if (isExpired(url, Date.now())) throw new ApiError(401, 'the signature is expired')
}

async function wake(lifecycle: Lifecycle, sandbox: Sandbox): Promise<void> {
  if (sandbox.state === 'paused' && sandbox.request.autoResume.enabled)
    await lifecycle.connect(sandbox, AUTO_RESUME_SECONDS)
}

/** Streams both ways; backpressure reaches from the reader to the command's own pipe. */
function pass(
  { flights, token }: Sandbox,
  socketPath: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const headers = { ...request.headers, 'x-access-token': token }
  const { url, method } = request
  const onward = httpRequest({ socketPath, path: url, method, headers, agent: false }, (answer) => {
    for (const name of HOP_HEADERS) delete answer.headers[name]
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    response.flushHeaders()
    answer.pipe(response)
    answer.on('error', () => response.destroy())
  })
  flights.add(response)
  response.on('close', () => {
    flights.delete(response)
    onward.destroy()
  })
  onward.on('error', () => {
    // Whoever ended the sandbox has answered already.
    if (flights.has(response))
      sendError(response, new ApiError(502, "the sandbox's daemon is gone"))
  })
  request.pipe(onward)
}
