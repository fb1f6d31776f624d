/** Finds the processes of a job by the marker in their environment, and ends them. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** The variables that mark the processes of a job. */
export const MARKERS = ['BATON_JOB', 'BATON_SANDBOX', 'E2B_SANDBOX_ID']

type Process = { pid: number; parent: number; job: number | undefined }

/** How long a process may take to end after SIGTERM, in milliseconds. */
const GRACE = 3_000
const SCAN_EVERY = 50

/**
 * Returns the ids of this sandbox's processes whose `BATON_JOB` is one that `isMeant` chooses, as far as this user or sudo
 * may read them, and of their descendants, even if these cleared their environment. Never returns this process or its ancestors.
 * A process that cleared its environment and also left its parent is not found; it ends with the sandbox.
 */
export function findProcesses(isMeant: (job: number) => boolean): number[] {
  const all = readProcesses()
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
  } catch (error) {
    // Otherwise it has already ended.
    if (codeOf(error) === 'EPERM') asRoot('kill', '-s', name.slice('SIG'.length), String(pid))
  }
}

/** Reads all processes. Those of other users are read with sudo, which the model's commands may have used too. */
function readProcesses(): Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess)
  const unreadable = all.filter(({ key, environment }) => !environment && !foreign.has(key))
  const read = readAsRoot(unreadable.map(({ pid }) => pid))
  for (const { key, pid } of unreadable) foreign.set(key, read.get(pid) ?? [])
  // Without sudo they cannot be ended either, and waiting for their end would never end.
  const known = (key: string) => (mayBeRoot ? (foreign.get(key) ?? []) : [])
  return all.map(({ pid, parent, key, environment = known(key) }) => ({
    pid,
    parent,
    job: jobIn(environment),
  }))
}

/** Environments of processes that this user may not read. Each is read once, because that takes a process. */
const foreign = new Map<string, readonly string[]>()

interface ReadProcess {
  readonly pid: number
  readonly parent: number
  /** Identifies the process, even if its pid is used again. */
  readonly key: string
  /** Undefined if this user may not read it. */
  readonly environment: readonly string[] | undefined
}

function readProcess(name: string): ReadProcess[] {
  try {
    const folder = `/proc/${name}`
    // "pid (command) state parent …"; the command may contain spaces and parentheses.
    const stat = readFileSync(`${folder}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, parent] = fields
    if (state === 'Z') return []
    const key = `${name} ${fields[START_TIME]}`
    return [{ pid: Number(name), parent: Number(parent), key, environment: environmentOf(folder) }]
  } catch {
    // It ended while it was read.
    return []
  }
}

/** The field of proc_pid_stat(5), counted from the state. */
const START_TIME = 19

function environmentOf(folder: string): readonly string[] | undefined {
  try {
    return readFileSync(`${folder}/environ`, 'utf8').split('\0')
  } catch (error) {
    if (codeOf(error) === 'EACCES') return undefined
    throw error
  }
}

/** Returns the markers in the environments of these processes. */
function readAsRoot(pids: readonly number[]): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>()
  if (pids.length === 0) return found
  const files = pids.map((pid) => `/proc/${pid}/environ`)
  // Prints `file:NAME=value`, each with a null byte at its end.
  const printed = asRoot('grep', '-azHsE', `^(${MARKERS.join('|')})=`, ...files)
  for (const line of printed.split('\0')) {
    const [, pid, entry] = /^\/proc\/(\d+)\/environ:(.*)$/s.exec(line) ?? []
    if (entry !== undefined) found.set(Number(pid), [...(found.get(Number(pid)) ?? []), entry])
  }
  return found
}

/** Whether `sudo` works. In the template it does, without a password. */
let mayBeRoot = true

/** Runs a command as root and returns its output, or an empty text if that is not possible. */
function asRoot(...command: string[]): string {
  if (!mayBeRoot) return ''
  const { stdout, stderr, error } = spawnSync('sudo', ['-n', ...command], { encoding: 'utf8' })
  if (error || REFUSED.test(stderr)) mayBeRoot = false
  return stdout ?? ''
}

/** What sudo says if it does not run the command. It runs it although the sandbox's own name is unknown. */
const REFUSED = /^sudo: (?!unable to resolve host)/m

/** Returns the job number in an environment. Ignores other sandboxes, which run beside this one if there is no isolation. */
function jobIn(environment: readonly string[]): number | undefined {
  const entryOf = (name: string) =>
    environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1)
  const { BATON_SANDBOX, E2B_SANDBOX_ID } = process.env
  // E2B's own variable has the template's value until its daemon is initialised, so a first job may have another one.
  const own = BATON_SANDBOX ?? E2B_SANDBOX_ID
  if ((entryOf('BATON_SANDBOX') ?? entryOf('E2B_SANDBOX_ID')) !== own) return undefined
  return Number(entryOf('BATON_JOB')) || undefined
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? error.code : undefined
