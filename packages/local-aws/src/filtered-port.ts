/** Another port of a server, through which only some of its requests pass. */
import type { IncomingMessage } from 'node:http'
import { sendMessage } from './http-event.ts'
import { type Loopback, openLoopback } from './loopback.ts'

/** Opens it on a free port. A request that `admits` does not accept gets a 404 and never reaches the server. */
export async function openFilteredPort(
  server: Pick<Loopback, 'handle'>,
  admits: (request: IncomingMessage) => boolean,
  log: (line: string) => void,
): Promise<Loopback> {
  const filtered = await openLoopback(0, log)
  filtered.serve((request, response) =>
    admits(request) ? server.handle(request, response) : sendMessage(response, 404, 'Not Found'),
  )
  return filtered
}
