/** Fetches the files that a job has links to, and lays them out read-only. */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Job } from '../src/contract/runner.ts'
import { messageOf } from './failure.ts'
import { place } from './files.ts'
import { request } from './retry.ts'

/** For all of them together, in milliseconds. */
const DOWNLOAD_FOR = 60_000

/** Answers a line for each that could not be had: the job goes on without it. Throws when `signal` ends it. */
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
      if (left <= 0) throw new Error('time was up')
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
  const { ok, status, content } = await request(url, {}, persistence)
  // The address is left out: its query is a credential.
  if (!ok) throw new Error(`HTTP ${status}`)
  if (content.length !== size) throw new Error(`${content.length} bytes came instead of ${size}`)
  return content
}
