/** Sends an HTTP request and reads the whole response. It avoids `fetch`, which needs a tenth of a second of CPU to start. */
import type { IncomingMessage, RequestOptions } from 'node:http'
import { buffer } from 'node:stream/consumers'

export type HttpRequest = {
  method?: 'POST' | 'PUT'
  headers?: Record<string, string>
  body?: string | Uint8Array
}

export type HttpResponse = {
  status: number
  /** Whether the status is 2xx. Redirects are not followed. */
  ok: boolean
  content: Buffer<ArrayBuffer>
}

/** Throws if the response is incomplete or `signal` aborts. */
export async function exchange(
  url: string,
  { method, headers = {}, body = '' }: HttpRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { request } = await (url.startsWith('https:') ? import('node:https') : import('node:http'))
  const options: RequestOptions = {
    method: method ?? 'GET',
    headers: { ...headers, ...(method && { 'content-length': Buffer.byteLength(body) }) },
    signal,
  }
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end(body)
  })
  const { statusCode: status = 0 } = answer
  return { status, ok: status >= 200 && status < 300, content: await buffer(answer) }
}

/** Returns a response's JSON. Throws if it is invalid. */
export const jsonOf = ({ content }: HttpResponse): unknown => JSON.parse(content.toString())
