/** The messages between `npm run dev` and its server, over their IPC channel. */
import type { LocalBaton } from '../baton.ts'

/** New code of functions: folders by function name. */
export interface NewCode {
  readonly folders: Readonly<Record<string, string>>
}

/** The server is ready and has applied everything it was sent. */
export const READY = 'ready'

/** Accepts new code from the parent. Does nothing in a server without an IPC channel. */
export function takeNewCode({ aws }: LocalBaton): void {
  if (!process.send) return
  process.on('message', ({ folders }: NewCode) => {
    aws.replaceCode(({ POWERTOOLS_SERVICE_NAME: name }) => folders[String(name)])
    process.send?.(READY)
  })
  process.send(READY)
}
