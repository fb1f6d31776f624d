/** Reads what a worker has put into ~/artifacts, and says of each thing that is not taken why. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ARTIFACT_LIMITS, type Artifact, nameProblem } from '../src/contract/artifact-rules.ts'

export type CollectedFile = Artifact & { content: Buffer<ArrayBuffer> }
export type Collection = {
  files: CollectedFile[]
  /** One line a thing that is not taken. */
  refused: string[]
}

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants

/** The regular files directly in `<home>/artifacts`, by name, within the limits. Nothing when there is no such folder. */
export async function collectArtifacts(home: string): Promise<Collection> {
  const collection: Collection = { files: [], refused: [] }
  let folder: FileHandle
  try {
    folder = await open(join(home, 'artifacts'), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return collection
    const reason = 'is not a folder that can be read: make it one, and no link'
    return { files: [], refused: [`~/artifacts ${reason} (${codeOf(error)})`] }
  }
  try {
    // By way of the open folder: what is put in its place meanwhile is not looked at.
    const inside = `/proc/self/fd/${folder.fd}`
    for (const name of (await readdir(inside)).sort()) {
      const taken = await take(inside, name, collection.files)
      if (typeof taken === 'string') collection.refused.push(`${quoted(name)} ${taken}`)
      else collection.files.push(taken)
    }
    return collection
  } finally {
    await folder.close()
  }
}

/** The file, or why it is not taken. */
async function take(
  folder: string,
  name: string,
  before: readonly CollectedFile[],
): Promise<CollectedFile | string> {
  const problem = nameProblem(name)
  if (problem !== undefined) return problem
  if (before.length >= ARTIFACT_LIMITS.files)
    return `is one too many: at most ${ARTIFACT_LIMITS.files} files are taken, make an archive of several`
  let file: FileHandle
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    file = await open(join(folder, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    return codeOf(error) === 'ELOOP'
      ? 'is a symbolic link: put a copy of the file there instead'
      : `cannot be read (${codeOf(error)})`
  }
  try {
    const content = await readFile(file, before)
    if (typeof content === 'string') return content
    const sha256 = createHash('sha256').update(content).digest('base64')
    return { name, size: content.length, sha256, content }
  } finally {
    await file.close()
  }
}

/** Judged by what was opened, not by what had the name before. */
async function readFile(file: FileHandle, before: readonly CollectedFile[]) {
  const { bytesEach, bytesTogether } = ARTIFACT_LIMITS
  const stat = await file.stat()
  if (stat.isDirectory()) return 'is a folder: put an archive of it there instead'
  if (!stat.isFile()) return 'is no regular file: put a copy of its content there instead'
  if (stat.nlink > 1) return 'has a further name, a hard link: put a copy of the file there instead'
  const left = bytesTogether - before.reduce((sum, { size }) => sum + size, 0)
  if (stat.size > bytesEach)
    return `has ${stat.size} bytes: at most ${bytesEach} are taken, make it smaller or split it`
  if (stat.size > left)
    return `has ${stat.size} bytes, and ${left} are left: at most ${bytesTogether} are taken together`
  return (await readExactly(file, stat.size)) ?? 'changed while it was read'
}

/** Nothing when the file has come to hold more or less. */
async function readExactly(
  file: FileHandle,
  size: number,
): Promise<Buffer<ArrayBuffer> | undefined> {
  const content = Buffer.alloc(size + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await file.read(content, length, content.length - length)
    length += bytesRead
    if (length > size) return undefined
    if (bytesRead === 0) return length === size ? content.subarray(0, size) : undefined
  }
}

/** On one line, whatever it is made of. */
const quoted = (name: string) => `"${name.replace(/[\p{C}\p{Zl}\p{Zp}"]/gu, '?').slice(0, 100)}"`

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
