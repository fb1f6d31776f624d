/** Refuses requests that were sent under a name of another machine. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * A page of another site can make a browser send requests here under the site's own name (DNS rebinding), and then
 * read the responses. Only a browser is misled like this, and it always sends the name that it used.
 */
export const isForThisMachine = ({ headers: { host } }: IncomingMessage) =>
  host === undefined || /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host)

/** Sends a 403 that says under which name the server answers. */
export function refuseHost({ socket }: IncomingMessage, response: ServerResponse): void {
  const detail = `This server is for this machine only, under its own names: use http://127.0.0.1:${socket.localPort}.`
  response
    .writeHead(403, { 'content-type': 'application/problem+json', connection: 'close' })
    .end(JSON.stringify({ type: 'about:blank', title: 'Forbidden', status: 403, detail }))
}
