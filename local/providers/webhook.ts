/** One HTTP POST of a provider to a webhook, and its outcome. */
import http, { type OutgoingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'

export interface WebhookAnswer {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: string
}

/** `connect`: no connection was made. `read`: a connection was made, but no complete response came in time. */
export type WebhookFailure = 'connect' | 'read'

export interface WebhookPost {
  readonly headers: OutgoingHttpHeaders
  readonly body: string | Buffer
  /** Timeout for all of it, in milliseconds. */
  readonly timeoutMs: number
}

/**
 * Posts once, over a new connection. A redirect is a response like any other. The fragment of `url` is not sent;
 * its user and password become Basic authentication. It never rejects for what the webhook does.
 */
export function post(
  url: string,
  { headers, body, timeoutMs }: WebhookPost,
): Promise<WebhookAnswer | WebhookFailure> {
  return new Promise((resolve) => {
    let connected = false
    const fail = () => resolve(connected ? 'read' : 'connect')
    const request = http.request(
      url,
      {
        method: 'POST',
        agent: false,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        const { statusCode: status = 0, headers: answered } = response
        const contentType = answered['content-type']
        text(response).then((read) => resolve({ status, contentType, body: read }), fail)
      },
    )
    const timer = setTimeout(() => request.destroy(new Error('too late')), timeoutMs)
    request.on('socket', (socket) => socket.once('connect', () => (connected = true)))
    request.on('close', () => clearTimeout(timer))
    request.on('error', fail)
    request.end(body)
  })
}
