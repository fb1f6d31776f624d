/** Lets only one job run at a time in a sandbox: the one with the highest number. */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { endProcesses, findProcesses } from './processes.ts'

export type Lock = {
  /** Ends what is left of lower-numbered jobs. Until it resolves, only this job's runner may run. */
  endLower(): Promise<void>
}

/**
 * Returns the lock if this job may run, or undefined if it was started before or a higher-numbered job was.
 *
 * Each job publishes its number and then lists all numbers, which needs no other lock. Numbers are never removed, so of
 * two jobs at least one sees the other, because the later one to publish lists after both have published.
 *
 * - If the lower job sees the higher one, it leaves and has started nothing.
 * - If it does not, it listed before the higher one published. So the higher job sees it and ends it before it starts
 *   anything. It finds the lower job at any stage, because a runner has its marker from the start and all that it starts
 *   inherits the marker.
 *
 * A job that sees no lower number has nothing to end, because a lower job that publishes later will see it and leave. It
 * still scans once, because a lower job's command may have removed the numbers. A job that sees a lower number scans until
 * nothing is found twice in a row, because a single scan may miss a process (`endProcesses`).
 *
 * The lock is held from the listing on. The job may be fetched while lower jobs are being ended, because fetching changes
 * nothing. A higher job that publishes in the meantime sees this one, and ends it with what is left of the lower ones. A
 * runner that gets no job still ends lower jobs before it leaves: that is how a stop, which has a number of its own, ends
 * every earlier job.
 */
export async function takeLock(job: number, folder: string): Promise<Lock | undefined> {
  await mkdir(folder, { recursive: true })
  if (!(await publish(job, folder))) return undefined
  const published = (await readdir(folder)).map(Number)
  if (published.some((other) => other > job)) return undefined
  const seesLower = published.some((other) => other < job)
  const find = () => findProcesses((other) => other < job)
  return {
    async endLower() {
      if (seesLower || find().length > 0) await endProcesses(find)
    },
  }
}

/** Publishes the number. `mkdir` is atomic, so of several starts of one job exactly one succeeds. */
async function publish(job: number, folder: string): Promise<boolean> {
  try {
    await mkdir(join(folder, String(job)))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
