/** Describes files the way E2B's filesystem service does. */

import type { Stats } from 'node:fs'
import { lstat, readdir, readlink, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'

export interface Entry {
  readonly name: string
  readonly type: string
  readonly path: string
  /** An int64, which is a string in Protobuf's JSON. */
  readonly size: string
  readonly mode: number
  readonly permissions: string
  readonly owner: string
  readonly group: string
  readonly modifiedTime: string
  readonly symlinkTarget?: string
}

/** Returns the entry at `path` without following a link. Rejects with ENOENT if it is missing. */
export async function describeEntry(path: string): Promise<Entry> {
  const stats = await lstat(path)
  return {
    name: basename(path),
    type: typeOf(stats),
    path,
    size: String(stats.size),
    mode: stats.mode & 0o7777,
    permissions: permissionsOf(stats),
    // All users of a sandbox share one uid, whatever number it has on the host.
    owner: 'user',
    group: 'user',
    modifiedTime: stats.mtime.toISOString(),
    ...(stats.isSymbolicLink() && { symlinkTarget: await targetOf(path) }),
  }
}

/** Returns where a link leads in the end, as E2B does; of a dangling link, what it says. */
const targetOf = (path: string) => realpath(path).catch(() => readlink(path))

/** Lists `folder`, `depth` levels deep, each folder before its contents, without following links. */
export async function listEntries(folder: string, depth: number): Promise<Entry[]> {
  const names = (await readdir(folder)).sort()
  const entries: Entry[] = []
  for (const name of names) {
    const entry = await describeEntry(join(folder, name)).catch(() => undefined)
    // It was removed after the folder was read.
    if (!entry) continue
    entries.push(entry)
    if (depth > 1 && entry.type === 'FILE_TYPE_DIRECTORY')
      entries.push(...(await listEntries(entry.path, depth - 1)))
  }
  return entries
}

function typeOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'FILE_TYPE_SYMLINK'
  if (stats.isDirectory()) return 'FILE_TYPE_DIRECTORY'
  return stats.isFile() ? 'FILE_TYPE_FILE' : 'FILE_TYPE_UNSPECIFIED'
}

/** Go's `fs.FileMode` notation: `-rw-r--r--`, `drwxr-xr-x`, `Lrwxrwxrwx`. */
function permissionsOf(stats: Stats): string {
  const kind = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'L' : '-'
  const bits = [...'rwxrwxrwx'].map((letter, index) =>
    stats.mode & (1 << (8 - index)) ? letter : '-',
  )
  return kind + bits.join('')
}
