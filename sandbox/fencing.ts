/** Lets one job run at a time in a sandbox: the one with the highest number. */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { endProcesses, findProcesses } from './processes.ts'

export type Lock = {
  /** Ends what is left of lower-numbered jobs. Until that is done, nothing of this job but its runner may run. */
  endLower(): Promise<void>
}

/**
 * Returns the lock when this job may run; nothing when it was started before, or when a higher-numbered one was.
 *
 * Publish, then list, needs no other lock. Numbers are never taken back, so of two jobs at least one sees the other:
 * whichever publishes last lists after both have published.
 *
 * - The lower one sees the higher. It leaves, and has started nothing.
 * - The lower one does not. Then it listed before the higher one published, so the higher one sees it, and ends it before
 *   it starts anything itself. It finds it wherever it stands, fetching its job or running Claude Code: the runner has
 *   had its marker since it was started, and whatever it starts inherits that.
 *
 * So whoever sees no lower number has nothing to end: a lower job that is still to publish will see it and leave. It has
 * one look all the same, for a command of a lower job may have removed the numbers. Whoever sees one scans until nothing
 * is found twice in a row, for a single scan may miss a process (`endProcesses`).
 *
 * The lock is held from the list on, not only when the lower jobs are gone: the job may be fetched while they are ended,
 * because a fetch changes nothing. A higher job that publishes in the meantime was not seen, so it sees this one, and
 * ends it with whatever is left of the lower ones. And a runner that is told that there is nothing to do still ends them
 * before it leaves: that is how a stop, which takes a number of its own, ends every job before it.
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
