/**
 * The data plane: finds the sandbox of a request, checks the token, and forwards the request to the sandbox's
 * daemon.
 */
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { ApiError, sendError } from './json-http.ts'
import type { Lifecycle } from './lifecycle.ts'
import { sendNotRunning } from './not-running.ts'
import { sameSecret } from './same-secret.ts'
import type { Sandbox } from './sandbox.ts'
import { isExpired, isSignedBy } from './signature.ts'

const ENVD_PORT = '49983'
/** How long a sandbox runs that traffic has resumed: E2B's minimum. */
const AUTO_RESUME_SECONDS = 300
/** Hop-by-hop headers (RFC 9110 §7.6.1): they belong to the daemon's connection, not the client's. */
const HOP_HEADERS = ['connection', 'keep-alive', 'transfer-encoding']

/** Handles one request for a sandbox. */
export async function serveData(
  lifecycle: Lifecycle,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const sandbox = locate(lifecycle, url, request)
  if (!sandbox) return sendNotRunning(request.headers['e2b-sandbox-id']?.toString(), response)
  // Anybody may ask whether it is healthy, but that does not resume it.
  const isStranger =
    url.pathname === '/health' && !sameSecret(request.headers['x-access-token'], sandbox.token)
  if (!isStranger) checkToken(sandbox, url, request)
  const port = request.headers['e2b-sandbox-port'] ?? ENVD_PORT
  if (port !== ENVD_PORT)
    throw new ApiError(501, `port ${port}: only envd's port is routed by the local E2B server`)
  if (!isStranger) await wake(lifecycle, sandbox)
  if (sandbox.state !== 'running' || !sandbox.box) return sendNotRunning(sandbox.id, response)
  pass(sandbox, sandbox.box.socket, request, response)
}

/**
 * Finds the sandbox by the SDK's header. SDKs before 2.14 send no header on `/files`, so the token identifies the
 * sandbox there. A signed link has neither, so its signature is checked with each sandbox's token.
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
  if (isExpired(url, Date.now())) throw new ApiError(401, 'signature is already expired')
}

async function wake(lifecycle: Lifecycle, sandbox: Sandbox): Promise<void> {
  if (sandbox.state === 'paused' && sandbox.request.autoResume.enabled)
    await lifecycle.connect(sandbox, AUTO_RESUME_SECONDS)
}

/** Streams both ways; backpressure reaches from the client to the command's own pipe. */
function pass(
  { pendingResponses, token }: Sandbox,
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
  pendingResponses.add(response)
  response.on('close', () => {
    pendingResponses.delete(response)
    onward.destroy()
  })
  onward.on('error', () => {
    // Ending the sandbox has already sent a response.
    if (pendingResponses.has(response))
      sendError(response, new ApiError(502, "the sandbox's daemon is gone"))
  })
  request.pipe(onward)
}
