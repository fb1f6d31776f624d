/** Finds the processes of a job by the marker in their environment, and ends them. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

type Process = { pid: number; parent: number; job: number | undefined }

/** How long a process may take to end after SIGTERM, in milliseconds. */
const GRACE = 3_000
const SCAN_EVERY = 50

/**
 * Returns the ids of this sandbox's processes whose `BATON_JOB` is one that `isMeant` chooses, as far as this user may read
 * them, and of their descendants, even if these cleared their environment. Never returns this process or its ancestors.
 * A process that cleared its environment and also left its parent is not found; it ends with the sandbox.
 */
export function findProcesses(isMeant: (job: number) => boolean): number[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess)
  const parentOf = new Map(all.map(({ pid, parent }) => [pid, parent]))
  const lineOf = (pid: number) => {
    const line: number[] = []
    for (let at: number | undefined = pid; at; at = parentOf.get(at)) line.push(at)
    return line
  }
  const meant = new Set(all.filter(({ job }) => job && isMeant(job)).map(({ pid }) => pid))
  const spared = new Set(lineOf(process.pid))
  return all
    .map(({ pid }) => pid)
    .filter((pid) => !spared.has(pid) && lineOf(pid).some((ancestor) => meant.has(ancestor)))
}

/**
 * Ends all processes that `find` returns: SIGTERM once each, and SIGKILL after 3 s. It stops after two empty scans in a
 * row, with a pause between, because a single scan may miss a process that is forking or being replaced by exec.
 */
export async function endProcesses(find: () => number[]): Promise<void> {
  const asked = new Set<number>()
  const patience = Date.now() + GRACE
  for (let emptyScans = 0; ; await sleep(SCAN_EVERY)) {
    const found = find()
    emptyScans = found.length === 0 ? emptyScans + 1 : 0
    if (emptyScans === 2) return
    for (const pid of found) {
      if (Date.now() >= patience) signal(pid, 'SIGKILL')
      else if (!asked.has(pid)) signal(pid, 'SIGTERM')
      asked.add(pid)
    }
  }
}

/** Ends all processes of this process's job, except itself. */
export function endOwnProcesses(): Promise<void> {
  const own = Number(process.env.BATON_JOB)
  return endProcesses(() => findProcesses((job) => job === own))
}

function signal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name)
  } catch {
    // It has already ended.
  }
}

function readProcess(name: string): Process[] {
  try {
    const folder = `/proc/${name}`
    // "pid (command) state parent …"; the command may contain spaces and parentheses.
    const stat = readFileSync(`${folder}/stat`, 'utf8')
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z') return []
    const environment = readFileSync(`${folder}/environ`, 'utf8').split('\0')
    return [{ pid: Number(name), parent: Number(parent), job: jobIn(environment) }]
  } catch {
    // It ended while it was read, or this user may not read it.
    return []
  }
}

/** Returns the job number in an environment. Ignores other sandboxes, which run beside this one if there is no isolation. */
function jobIn(environment: readonly string[]): number | undefined {
  const entryOf = (name: string) =>
    environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1)
  if (entryOf('E2B_SANDBOX_ID') !== process.env.E2B_SANDBOX_ID) return undefined
  return Number(entryOf('BATON_JOB')) || undefined
}
