/** Records every HTTP request to a server of this process, including the object store's and the function URLs'. */
import diagnostics from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { OBJECTS_PATH } from '../../packages/local-aws/src/index.ts'
import { now } from './now.ts'

export interface Request {
  readonly method: string
  readonly target: string
  readonly port: number
  readonly at: number
}

const CHANNEL = 'http.server.request.start'

/** Records until it is closed. Sandboxes use presigned links and function URLs, which `intercept` does not see. */
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

/** Whether an upload or a download uses a presigned link, as sandboxes do. */
export const isLinkUse = ({ target }: Request) => target.includes('X-Amz-Signature=')

/** Whether it reads or writes an object, which the API's port serves too. */
export const isForObjects = ({ target }: Request) => target.startsWith(OBJECTS_PATH)
