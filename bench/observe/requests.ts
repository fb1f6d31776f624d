/** Every HTTP request that reaches a server of this process: the API's, the object store's and the function URLs' too. */
import diagnostics from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { now } from './now.ts'

export interface Request {
  readonly method: string
  readonly target: string
  readonly port: number
  readonly at: number
}

const CHANNEL = 'http.server.request.start'

/** Records until it is closed. Sandboxes use links and function URLs, which no `intercept` hears of. */
export function recordRequests() {
  const requests: Request[] = []
  const hear = (message: unknown) => {
    const { request } = message as { readonly request: IncomingMessage }
    const { method = '', url: target = '', socket } = request
    requests.push({ method, target, port: socket.localPort ?? 0, at: now() })
  }
  diagnostics.subscribe(CHANNEL, hear)
  return {
    requests: requests as readonly Request[],
    close: () => diagnostics.unsubscribe(CHANNEL, hear),
  }
}

/** Whether an upload or a download goes by a signed link, as sandboxes do it. */
export const isLinkUse = ({ target }: Request) => target.includes('X-Amz-Signature=')
