/** The daemon's HTTP server: it checks the token, then handles file transfers, unary calls and streams. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { ApiError, sendError, sendJson } from '../json-http.ts'
import { sameSecret } from '../same-secret.ts'
import type { EnvdConfig } from './config.ts'
import { openStream, parseJson, readFrame, toRpcError } from './connect-protocol.ts'
import { serveFiles } from './files-route.ts'
import { filesystemService } from './filesystem-service.ts'
import { userOf } from './paths.ts'
import { processService } from './process-service.ts'
import { ProcessTable } from './process-table.ts'
import type { Service } from './service.ts'

/** Returns the daemon's server, not yet listening. */
export function createEnvdServer(config: EnvdConfig): Server {
  const processes = processService(config, new ProcessTable())
  const files = filesystemService(config)
  const service: Service = {
    unary: { ...processes.unary, ...files.unary },
    streams: { ...processes.streams, ...files.streams },
  }
  const server = createServer((request, response) => {
    answer(config, service, request, response).catch((error) => sendError(response, error))
  })
  // A command may stream for an hour, and an upload has no time limit.
  server.requestTimeout = 0
  server.headersTimeout = 0
  return server
}

async function answer(
  config: EnvdConfig,
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://envd')
  if (!sameSecret(request.headers['x-access-token'], config.token))
    throw new ApiError(401, 'unauthorized access, please provide a valid access token')
  if (url.pathname === '/health') return sendJson(response, 204)
  if (url.pathname === '/envs') return sendJson(response, 200, config.sandboxEnvironment)
  if (url.pathname === '/files') return serveFiles(config, url, request, response)
  await answerRpc(service, url.pathname.slice(1), request, response)
}

async function answerRpc(
  { unary, streams }: Service,
  route: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const user = userOf(request)
  const body = await buffer(request)
  const stream = streams[route]
  const method = unary[route]
  if (!stream && !method) throw new ApiError(404, `there is no ${route}`)
  if (request.method !== 'POST') throw new ApiError(405, `no ${request.method} on ${route}`)
  if (stream) {
    const events = openStream(request, response)
    try {
      await stream(readFrame(body), user, events)
    } catch (error) {
      events.end(toRpcError(error))
    }
    return
  }
  try {
    sendJson(response, 200, await method?.(body.length > 0 ? parseJson(body) : {}, user))
  } catch (error) {
    const { status, code, message } = toRpcError(error)
    sendJson(response, status, { code, message })
  }
}
