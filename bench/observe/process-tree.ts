/** The resources of a process and its descendants: CPU time, with that of ended children, and private memory. */
import { readFileSync } from 'node:fs'
import { descendantsOf } from '../../test/support/descendants.ts'

/** Linux counts CPU time for user space in hundredths of a second on every platform (proc(5), USER_HZ). */
const TICKS_A_SECOND = 100

/** Returns the fields of /proc/<pid>/stat after the command, or undefined if the process has ended. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

const secondsIn = (ticks: readonly string[]): number =>
  ticks.reduce((total, each) => total + Number(each), 0) / TICKS_A_SECOND

/** Returns user and system time, including children that were waited for: utime, stime, cutime, cstime. */
const cpuSeconds = (pid: number) => secondsIn(statOf(pid).slice(11, 15))

/** CPU time of this process's children that have ended. */
export const endedChildrenCpuSeconds = (): number => secondsIn(statOf(process.pid).slice(13, 15))

/** Returns the time of each process of a tree, under a name that is never reused. */
export function cpuSecondsByProcess(root: number): ReadonlyMap<string, number> {
  const tree = [{ pid: root, startedAt: '' }, ...descendantsOf(root)]
  return new Map(
    tree.map(({ pid, startedAt }) => [`${pid} ${startedAt}`, secondsIn(statOf(pid).slice(11, 13))]),
  )
}

const treeOf = (pid: number) => [pid, ...descendantsOf(pid).map((each) => each.pid)]

/** The time of an ended process is in that of its parent, if the parent has waited for it. */
export const treeCpuSeconds = (pid: number): number =>
  treeOf(pid).reduce((total, each) => total + cpuSeconds(each), 0)

/** Returns the process's share of memory in MB: shared pages are divided among their processes. */
export function memoryMb(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

export interface TreeMemory {
  readonly server: number
  readonly tree: number
  readonly processes: number
}

export function treeMemory(pid: number): TreeMemory {
  const pids = treeOf(pid)
  const each = pids.map(memoryMb)
  return {
    server: each[0] ?? 0,
    tree: each.reduce((total, mb) => total + mb, 0),
    processes: pids.length,
  }
}
