/** Reports changes in a folder to a client. */
import { existsSync, watch } from 'node:fs'
import { join } from 'node:path'
import type { EventStream } from './connect-protocol.ts'
import { describeEntry } from './entry.ts'

export interface WatchOptions {
  readonly recursive: boolean
  readonly includeEntry: boolean
}

/**
 * Sends create, write and remove events of `folder` until the client disconnects.
 *
 * A rename is reported as a remove and a create, changed permissions as a write.
 */
export async function watchFolder(
  folder: string,
  { recursive, includeEntry }: WatchOptions,
  stream: EventStream,
): Promise<void> {
  const watcher = watch(folder, { recursive })
  const keepalive = setInterval(() => stream.send({ keepalive: {} }), stream.keepaliveMs)
  stream.onClose(() => {
    clearInterval(keepalive)
    watcher.close()
  })
  watcher.on('error', () => stream.end())
  watcher.on('change', async (kind, name) => {
    const path = join(folder, String(name))
    const type = eventType(kind, existsSync(path))
    const entry = includeEntry ? await describeEntry(path).catch(() => undefined) : undefined
    stream.send({ filesystem: { name: String(name), type, ...(entry && { entry }) } })
  })
  stream.send({ start: {} })
}

function eventType(kind: string, exists: boolean): string {
  if (kind === 'change') return 'EVENT_TYPE_WRITE'
  return exists ? 'EVENT_TYPE_CREATE' : 'EVENT_TYPE_REMOVE'
}
