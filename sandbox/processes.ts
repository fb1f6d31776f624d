/** Finds the processes of a job by the marker in their environment, and ends them. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

type Process = { pid: number; parent: number; job: number | undefined }

/** How long a process may take to end by itself after SIGTERM, in milliseconds. */
const GRACE = 3_000
const SCAN_EVERY = 50

/**
 * The ids of all processes of this sandbox, as far as this user may look into them, whose `BATON_JOB` is one that `isMeant`
 * chooses, and of their descendants, which a process that cleared its environment still is. Never this process or one that
 * it descends from.
 * A process that both cleared its environment and left its parent is not found; it ends with the sandbox.
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
 * Ends all that `find` finds: SIGTERM once each, SIGKILL from 3 s on, until nothing is left. Only two empty scans in a
 * row say so, with a pause between: a process that forks while it is read, or is just being replaced by exec, may be
 * missed by one.
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

/** Ends all processes of this process's own job but itself. */
export function endOwnProcesses(): Promise<void> {
  const own = Number(process.env.BATON_JOB)
  return endProcesses(() => findProcesses((job) => job === own))
}

function signal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself, which is what was wanted.
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
    // It ended while it was read, or is not ours to read.
    return []
  }
}

/** The job number in an environment of this sandbox; without isolation, others may run beside it. */
function jobIn(environment: readonly string[]): number | undefined {
  const entryOf = (name: string) =>
    environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1)
  if (entryOf('E2B_SANDBOX_ID') !== process.env.E2B_SANDBOX_ID) return undefined
  return Number(entryOf('BATON_JOB')) || undefined
}
