/** What a sandbox that does not run answers: a 502, by which the SDK tells it from a network that fails. */
import type { ServerResponse } from 'node:http'
import { sendJson } from './json-http.ts'

/** The request may not have been read to its end, so its connection is not used again. */
export function answerNotRunning(sandboxId: string | undefined, response: ServerResponse): void {
  const body = { sandboxId, message: 'The sandbox was not found', code: 502 }
  sendJson(response, 502, body, { connection: 'close' })
}

/** Ends an answer that is under way: one that has not begun still says why, the rest is cut off. */
export function breakOff(sandboxId: string, response: ServerResponse): void {
  if (response.headersSent) response.destroy()
  else answerNotRunning(sandboxId, response)
}
