/** Lets one job run at a time in a sandbox: the one with the highest number. */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { endProcesses, findProcesses } from './processes.ts'

/**
 * True when this job may run; then nothing of a lower-numbered job is left. False when it was started before, or when a
 * higher-numbered one was.
 *
 * Publish, then list, needs no lock. Of two jobs, let the lower list. Either the higher number is published by then: the
 * lower sees it and leaves. Or it is not: then the higher publishes after that, and only afterwards looks for processes,
 * so that it finds the lower, whose marker has been in its environment since it started, and ends it with all it started.
 */
export async function takeLock(job: number, folder: string): Promise<boolean> {
  await mkdir(folder, { recursive: true })
  if (!(await publish(job, folder))) return false
  const published = await readdir(folder)
  if (published.some((number) => Number(number) > job)) return false
  await endProcesses(() => findProcesses((other) => other < job))
  return true
}

/** `mkdir` is atomic: of several starts of one job exactly one makes the folder. */
async function publish(job: number, folder: string): Promise<boolean> {
  try {
    await mkdir(join(folder, String(job)))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
