/** Reads the files in a worker's ~/artifacts, and says why others are refused. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ARTIFACT_LIMITS, type Artifact, nameProblem } from '../src/contract/artifact-rules.ts'

export type CollectedFile = Artifact & { content: Buffer<ArrayBuffer> }
export type Collection = {
  files: CollectedFile[]
  /** One line for each refused file. */
  refused: string[]
}

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants

/**
 * Returns the regular files directly in `<home>/artifacts`, by name, within the limits. Returns none if there is no
 * such folder.
 */
export async function collectArtifacts(home: string): Promise<Collection> {
  const collection: Collection = { files: [], refused: [] }
  let folder: FileHandle
  try {
    folder = await open(join(home, 'artifacts'), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return collection
    const reason = 'is not a readable folder: make it a folder and not a link'
    return { files: [], refused: [`~/artifacts ${reason} (${codeOf(error)})`] }
  }
  try {
    // Use the open folder, so that replacing it in the meantime has no effect.
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

/** Returns the file, or why it is refused. */
async function take(
  folder: string,
  name: string,
  before: readonly CollectedFile[],
): Promise<CollectedFile | string> {
  // Systems write the same letter in different ways, and whoever asks for the file should not have to know which.
  const composed = name.normalize('NFC')
  const problem = nameProblem(composed)
  if (problem !== undefined) return problem
  if (before.some((each) => each.name === composed))
    return 'has the name of another file, written in other characters: rename one of them'
  if (before.length >= ARTIFACT_LIMITS.files)
    return `exceeds the limit of ${ARTIFACT_LIMITS.files} files: put several into an archive`
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
    return { name: composed, size: content.length, sha256, content }
  } finally {
    await file.close()
  }
}

/** Checks and reads the opened file, so that replacing it in the meantime has no effect. */
async function readFile(file: FileHandle, before: readonly CollectedFile[]) {
  const { bytesEach, bytesTogether } = ARTIFACT_LIMITS
  const stat = await file.stat()
  if (stat.isDirectory()) return 'is a folder: put an archive of it there instead'
  if (!stat.isFile()) return 'is not a regular file: put a copy of its content there instead'
  if (stat.nlink > 1) return 'has a second name (a hard link): put a copy of the file there instead'
  const left = bytesTogether - before.reduce((sum, { size }) => sum + size, 0)
  if (stat.size > bytesEach)
    return `has ${stat.size} bytes, but the limit is ${bytesEach}: make it smaller or split it`
  if (stat.size > left)
    return `has ${stat.size} bytes, but only ${left} are left: all files together may have ${bytesTogether}`
  return (await readExactly(file, stat.size)) ?? 'changed while it was read'
}

/** Returns undefined if the file's size has changed. */
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

/** Quotes a name on one line. */
const quoted = (name: string) => `"${name.replace(/[\p{C}\p{Zl}\p{Zp}"]/gu, '?').slice(0, 100)}"`

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
