/** One HTTP request with the whole of its answer. Not by `fetch`, which takes a tenth of a second of CPU to get ready. */
import type { IncomingMessage, RequestOptions } from 'node:http'
import { buffer } from 'node:stream/consumers'

export type HttpRequest = {
  method?: 'POST' | 'PUT'
  headers?: Record<string, string>
  body?: string | Uint8Array
}

export type HttpResponse = {
  status: number
  /** The status is 2xx; a redirect is not followed. */
  ok: boolean
  content: Buffer<ArrayBuffer>
}

/** Throws when the answer does not come whole, or `signal` ends it. */
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

/** The JSON of an answer. Throws when it is none. */
export const jsonOf = ({ content }: HttpResponse): unknown => JSON.parse(content.toString())
