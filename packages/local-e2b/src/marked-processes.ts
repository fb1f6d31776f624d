/** Finds and signals every process of a sandbox by the mark in its environment. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** The variable that marks a process; children inherit it unless they clear their environment. */
export const MARK = 'E2B_SANDBOX_ID'

/** A sandbox's first command has this mark: in the cloud, E2B's daemon does not know the sandbox's id yet. */
export const earlyMark = (id: string) => `template-of-${id}`

// The kernel reports process times to programs in hundredths of a second (USER_HZ) on every
// architecture Node is built for.
const TICKS_PER_SECOND = 100
const MAX_PASSES = 200

/** Identifies the processes of one sandbox. */
export interface SandboxMark {
  readonly id: string
  /** No process of the sandbox is older: clock ticks since boot, as in `/proc/<pid>/stat`. */
  readonly bornTicks: number
}

interface ProcessStat {
  readonly pid: number
  readonly parent: number
  readonly state: string
  readonly startTicks: number
}

/** Returns the current time in the unit of `/proc/<pid>/stat`. */
export function ticksSinceBoot(): number {
  const [seconds] = readFileSync('/proc/uptime', 'utf8').split(' ')
  return Math.floor(Number(seconds) * TICKS_PER_SECOND)
}

/** proc(5): the name in field 2 may contain spaces and brackets, so fields are counted after its last `)`. */
export function readStat(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state = '', parent] = fields
    return { pid, parent: Number(parent), state, startTicks: Number(fields[19]) }
  } catch {
    return undefined
  }
}

/**
 * Returns the live processes of a sandbox: those that carry its mark, and their descendants.
 *
 * It only reads processes of the same user that are not older than the sandbox. A process that cleared its
 * environment and whose marked ancestors are gone is not found.
 */
function findProcesses({ id, bornTicks }: SandboxMark): ProcessStat[] {
  const user = process.getuid?.()
  const candidates = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && ownerOf(name) === user)
    .flatMap((name) => readStat(Number(name)) ?? [])
    .filter(({ startTicks, state }) => startTicks >= bornTicks && state !== 'Z')
  const found = new Set(candidates.filter(({ pid }) => isMarked(pid, id)))
  for (let before = -1; before !== found.size; ) {
    before = found.size
    const pids = new Set([...found].map(({ pid }) => pid))
    for (const candidate of candidates) if (pids.has(candidate.parent)) found.add(candidate)
  }
  return [...found].filter(({ pid }) => pid !== process.pid)
}

/** Returns whether the sandbox has a process besides the caller. */
export const hasProcesses = (mark: SandboxMark): boolean => findProcesses(mark).length > 0

/** Ends every process of a sandbox. Repeats until none is found, because a process may fork meanwhile. */
export async function endProcesses(mark: SandboxMark): Promise<void> {
  await signalUntilNone(mark, 'SIGKILL', () => true)
}

/** Stops every process of a sandbox until {@link thawProcesses}. */
export async function freezeProcesses(mark: SandboxMark): Promise<void> {
  await signalUntilNone(mark, 'SIGSTOP', ({ state }) => state !== 'T')
}

/** Resumes every stopped process of a sandbox. */
export async function thawProcesses(mark: SandboxMark): Promise<void> {
  await signalUntilNone(mark, 'SIGCONT', ({ state }) => state === 'T')
}

async function signalUntilNone(
  mark: SandboxMark,
  signal: NodeJS.Signals,
  concerned: (stat: ProcessStat) => boolean,
): Promise<void> {
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const left = findProcesses(mark).filter(concerned)
    if (left.length === 0) return
    for (const { pid } of left) signalQuietly(pid, signal)
    await sleep(10)
  }
  throw new Error(`processes of sandbox ${mark.id} are still there after ${MAX_PASSES} × ${signal}`)
}

function ownerOf(pid: string): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid
  } catch {
    return undefined
  }
}

function isMarked(pid: number, id: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
    return [id, earlyMark(id)].some((mark) => `\0${environment}`.includes(`\0${MARK}=${mark}\0`))
  } catch {
    return false
  }
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself since it was found.
  }
}
