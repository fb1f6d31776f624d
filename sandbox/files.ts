/** Writes a job's files, read-only, below the home folder. */
import { mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { dirname, join, normalize, sep } from 'node:path'
import type { Job } from '../src/contract/runner.ts'

/**
 * Writes the files and replaces existing ones. Throws if a path is absolute, contains `..`, or a link in it leads out
 * of `home`.
 */
export async function layOut(files: Job['files'], home: string): Promise<void> {
  for (const { path, content } of files) await place(path, content, home)
}

/** Writes one file in the same way. */
export async function place(
  path: string,
  content: string | Uint8Array,
  home: string,
): Promise<void> {
  const target = join(home, relative(path))
  await mkdir(dirname(target), { recursive: true })
  const folder = await realpath(dirname(target))
  if (folder !== home && !folder.startsWith(home + sep))
    throw new Error(`file ${path}: a link in its path leads out of the home folder`)
  await rm(target, { force: true, recursive: true })
  await writeFile(target, content, { mode: 0o444, flag: 'wx' })
}

function relative(path: string): string {
  if (path === '' || path.startsWith('/') || path.split('/').includes('..'))
    throw new Error(`file ${path}: the path must be relative to the home folder, without ".."`)
  return normalize(path)
}
