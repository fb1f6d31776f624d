/** The response of a sandbox that does not run: a 502, by which the SDK tells it from a network failure. */
import type { ServerResponse } from 'node:http'
import { sendJson } from './json-http.ts'
import type { Sandbox } from './sandbox.ts'

/** Closes the connection, because the request may not have been read to its end. */
export function sendNotRunning(sandboxId: string | undefined, response: ServerResponse): void {
  const body = { sandboxId, message: 'The sandbox was not found', code: 502 }
  sendJson(response, 502, body, { connection: 'close' })
}

/** Ends the responses in progress: one that has not begun still gives the reason, any other is cut off. */
export function abortResponses({
  id,
  pendingResponses,
}: Pick<Sandbox, 'id' | 'pendingResponses'>): void {
  for (const response of pendingResponses) {
    if (response.headersSent) response.destroy()
    else sendNotRunning(id, response)
  }
  pendingResponses.clear()
}
