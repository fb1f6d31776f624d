/** The response of a sandbox that does not run: a 502, by which the SDK tells it from a network failure. */
import type { ServerResponse } from 'node:http'
import { sendJson } from './json-http.ts'

/** Closes the connection, because the request may not have been read to its end. */
export function sendNotRunning(sandboxId: string | undefined, response: ServerResponse): void {
  const body = { sandboxId, message: 'The sandbox was not found', code: 502 }
  sendJson(response, 502, body, { connection: 'close' })
}

/** Ends a response in progress: one that has not begun still gives the reason, any other is cut off. */
export function abortResponse(sandboxId: string, response: ServerResponse): void {
  if (response.headersSent) response.destroy()
  else sendNotRunning(sandboxId, response)
}
