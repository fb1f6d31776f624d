/** A webhook for tests: it responds as told and records requests. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { openLoopback, readBody } from '../../../../packages/local-aws/src/loopback.ts'

export interface Asked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** `drop`: the connection closes without a response. */
type Answer =
  | 'drop'
  | { readonly status: number; readonly headers?: OutgoingHttpHeaders; readonly body?: string }

export interface Webhook {
  readonly url: string
  readonly asked: Asked[]
  /** Each request takes the first one; the last one stays. */
  readonly answers: Answer[]
  close(): Promise<void>
}

export async function startWebhook(...answers: Answer[]): Promise<Webhook> {
  const asked: Asked[] = []
  const { url, serve, close } = await openLoopback(0, () => {})
  serve(async (request, response) => {
    const body = (await readBody(request, 64 * 1024 * 1024)) ?? Buffer.alloc(0)
    asked.push({ path: request.url ?? '', headers: request.headers, body })
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 200 }
    if (answer === 'drop') request.socket.destroy()
    else response.writeHead(answer.status, answer.headers).end(answer.body)
  })
  return { url, asked, answers, close }
}

/** Returns a port on 127.0.0.1 without a listener. */
export async function closedPort(): Promise<string> {
  const { url, close } = await openLoopback(0, () => {})
  await close()
  return url
}
