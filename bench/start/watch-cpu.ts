/** Adds up the CPU time of all processes of a command, also of those for which nobody waits, such as esbuild's. */
import { cpuSecondsByProcess } from '../observe/process-tree.ts'

const EVERY_MS = 100

/** `stop` returns the seconds up to then. What a process did after the last look at it is missed. */
export function watchCpu(pid: number): { stop(): number } {
  const seen = new Map<string, number>()
  const look = () => {
    for (const [process, seconds] of cpuSecondsByProcess(pid))
      seen.set(process, Math.max(seconds, seen.get(process) ?? 0))
  }
  const timer = setInterval(look, EVERY_MS)
  return {
    stop() {
      clearInterval(timer)
      look()
      return [...seen.values()].reduce((total, seconds) => total + seconds, 0)
    },
  }
}
