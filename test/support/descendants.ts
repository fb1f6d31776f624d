/** Finds the descendants of a process, and which of them are still alive. */
import { readdirSync, readFileSync } from 'node:fs'

export interface Process {
  readonly pid: number
  readonly parent: number
  /**
   * In clock ticks since boot. Together with the pid, it identifies a process uniquely (proc(5), `stat` field 22).
   */
  readonly startedAt: string
  readonly command: string
}

/** Returns every process of the machine. */
function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        if (fields[0] === 'Z') return []
        const [parent = '0', startedAt = ''] = [fields[1], fields[19]]
        return [{ pid: Number(name), parent: Number(parent), startedAt, command }]
      } catch {
        return []
      }
    })
}

/** Returns all descendants of `pid`, without itself. */
export function descendantsOf(pid: number): Process[] {
  const all = processes()
  const below = (parent: number): Process[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)])
  return below(pid)
}

/** Returns those that have not ended. */
export function stillThere(known: readonly Process[]): Process[] {
  const now = new Set(processes().map(({ pid, startedAt }) => `${pid} ${startedAt}`))
  return known.filter(({ pid, startedAt }) => now.has(`${pid} ${startedAt}`))
}
