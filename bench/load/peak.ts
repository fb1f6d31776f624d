/** Samples the memory of a process tree and keeps the maximum. */
import { setTimeout as wait } from 'node:timers/promises'
import { now } from '../observe/now.ts'
import { type TreeMemory, treeMemory } from '../observe/process-tree.ts'

const EVERY_MS = 1_000
/** Reading the memory of hundreds of processes takes time itself: limited to a tenth of it. */
const PAUSE_FOR_LOOK = 10

/** `stop` returns the maximum of each. */
export function watchPeak(pid: number): { stop(): Promise<TreeMemory> } {
  const stopped = new AbortController()
  let peak: TreeMemory = { server: 0, tree: 0, processes: 0 }
  const watch = async () => {
    while (!stopped.signal.aborted) {
      const began = now()
      const seen = treeMemory(pid)
      peak = {
        server: Math.max(peak.server, seen.server),
        tree: Math.max(peak.tree, seen.tree),
        processes: Math.max(peak.processes, seen.processes),
      }
      const pause = Math.max(EVERY_MS, PAUSE_FOR_LOOK * (now() - began))
      await wait(pause, undefined, { signal: stopped.signal }).catch(() => {})
    }
  }
  const watching = watch()
  return {
    async stop() {
      stopped.abort()
      await watching
      return peak
    },
  }
}
