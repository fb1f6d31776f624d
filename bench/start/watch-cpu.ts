/**
 * Adds up the CPU time of all processes of a command, including those whose parent does not wait for them, such as
 * esbuild.
 */
import { cpuSecondsByProcess } from '../observe/process-tree.ts'

const EVERY_MS = 100

/** `stop` returns the seconds so far. It misses what a process did after the last sample. */
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
