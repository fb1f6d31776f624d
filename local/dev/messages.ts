/** What `npm run dev` and the server that it has started say to each other over their IPC channel. */
import type { LocalBaton } from '../baton.ts'

/** New code of functions: folders by the function's name. */
export interface NewCode {
  readonly folders: Readonly<Record<string, string>>
}

/** The server serves, with all that it was told of. */
export const READY = 'ready'

/** Of a server that has no such channel it is nothing. */
export function takeNewCode({ aws }: LocalBaton): void {
  if (!process.send) return
  process.on('message', ({ folders }: NewCode) => {
    aws.replaceCode(({ POWERTOOLS_SERVICE_NAME: name }) => folders[String(name)])
    process.send?.(READY)
  })
  process.send(READY)
}
