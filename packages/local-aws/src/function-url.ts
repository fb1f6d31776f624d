/** Function URLs: each has a port on which one function handles every path. It may stream its response. */
import type { ServerResponse } from 'node:http'
import type * as z from 'zod'
import { httpEvent, preludeShape, sendMessage, sendResult, writeHead } from './http-event.ts'
import type { Sink } from './lambda-environment.ts'
import { type LambdaHost, payloadLimit } from './lambda-host.ts'
import { type RequestHandler, readBody } from './loopback.ts'
import type { Declared } from './stack.ts'

/** `HttpResponseStream` writes this separator between the prelude and the body. */
const preludeEnd = Buffer.alloc(8)
const integrationResponse = 'application/vnd.awslambda.http-integration-response'

/** Returns the request handler of a function URL. */
export function functionUrl(
  { properties }: Declared<'AWS::Lambda::Url'>,
  lambda: Pick<LambdaHost, 'invoke'>,
): RequestHandler {
  return async (request, response) => {
    const body = await readBody(request, payloadLimit)
    if (!body) return sendMessage(response, 413, 'Request Entity Too Large')
    const event = httpEvent(request, body, { routeKey: '$default' }, Date.now())
    const streams = properties.InvokeMode === 'RESPONSE_STREAM'
    const sink = streams ? streamTo(response) : undefined
    const outcome = await lambda.invoke(properties.TargetFunctionArn, event, sink)
    if (outcome.ok && response.headersSent) return void response.end()
    if (outcome.ok && sendResult(outcome.payload, response, 'application/json')) return
    // The status has been sent: only closing the connection still tells the client.
    if (response.headersSent) return void response.destroy()
    const throttled = !outcome.ok && outcome.errorType === 'Lambda.TooManyRequestsException'
    if (throttled) return sendMessage(response, 429, 'Rate Exceeded.')
    sendMessage(response, 502, 'Internal Server Error')
  }
}

/** Forwards a streamed response; status and headers come from its prelude, if it has one. */
function streamTo(response: ServerResponse): Sink {
  let prelude: Buffer | undefined
  return {
    start: (contentType) => {
      if (contentType === integrationResponse) prelude = Buffer.alloc(0)
      else response.writeHead(200, { 'content-type': contentType }).flushHeaders()
    },
    chunk: (bytes) => {
      if (prelude === undefined) return void response.write(bytes)
      prelude = Buffer.concat([prelude, bytes])
      const end = prelude.indexOf(preludeEnd)
      if (end < 0) return
      writeHead(response, readPrelude(prelude.subarray(0, end)), 'application/octet-stream')
      response.flushHeaders()
      const body = prelude.subarray(end + preludeEnd.length)
      prelude = undefined
      if (body.length > 0) response.write(body)
    },
  }
}

/** An invalid prelude is the function's fault; a gateway reports it as 502. */
function readPrelude(bytes: Buffer): z.infer<typeof preludeShape> {
  const parsed = preludeShape.safeParse(JSON.parse(bytes.toString()))
  return parsed.success ? parsed.data : { statusCode: 502, headers: {}, cookies: [] }
}
