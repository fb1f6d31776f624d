/** Fetches the files to which a job has links, and writes them read-only. */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Job } from '../src/contract/runner.ts'
import { messageOf } from './failure.ts'
import { place } from './files.ts'
import { request } from './retry.ts'
import { isMissing, reasonOf } from './s3-refusal.ts'

/** Time for all files together, in milliseconds. */
const DOWNLOAD_FOR = 60_000

/** Returns a line for each file that could not be fetched; the job continues without it. Throws if `signal` aborts. */
export async function fetchFiles(
  downloads: NonNullable<Job['downloads']>,
  home: string,
  signal: AbortSignal,
): Promise<string[]> {
  const deadline = Date.now() + DOWNLOAD_FOR
  const problems: string[] = []
  for (const { path, url, size, unchanging } of downloads) {
    try {
      if (unchanging && (await isThere(path, size, home))) continue
      const left = deadline - Date.now()
      if (left <= 0) throw new Error('there was no time left')
      await place(path, await download(url, size, { forMs: left, signal }), home)
    } catch (error) {
      signal.throwIfAborted()
      problems.push(`~/${path}: ${messageOf(error)}`)
    }
  }
  return problems
}

async function isThere(path: string, size: number, home: string): Promise<boolean> {
  const found = await lstat(join(home, path)).catch(() => undefined)
  return found?.isFile() === true && found.size === size
}

async function download(
  url: string,
  size: number,
  persistence: { forMs: number; signal: AbortSignal },
): Promise<Uint8Array> {
  const answer = await request(url, {}, persistence)
  if (isMissing(answer)) throw new Error('it no longer exists')
  if (!answer.ok) throw new Error(reasonOf(answer))
  const { content } = answer
  if (content.length !== size) throw new Error(`got ${content.length} bytes instead of ${size}`)
  return content
}
