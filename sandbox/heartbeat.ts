/** Sends heartbeats while a job runs, at once when there is activity to tell. */
import type { Callback } from './callback.ts'

/** Lines that come within this many milliseconds go together. */
const GATHER = 300
const LINES_AT_ONCE = 100
const LINES_KEPT = 1_000

export type Heartbeat = { tell(line: string): void; stop(): void }

/** Beats until it is stopped; `superseded` is called when the callback says that the job is no longer the current one. */
export function startHeartbeat(
  beat: Callback['beat'],
  { everySeconds, superseded }: { everySeconds: number; superseded: () => void },
): Heartbeat {
  const interval = everySeconds * 1_000
  const untold: string[] = []
  let timer = setTimeout(send, interval)
  /** News do not bring the next beat forward: it is under way, due anyway, or the last one was missed. */
  let keepsTime = false
  let stopped = false

  function next(milliseconds: number) {
    clearTimeout(timer)
    if (!stopped) timer = setTimeout(send, milliseconds)
  }

  async function send() {
    keepsTime = true
    const lines = untold.splice(0, LINES_AT_ONCE)
    const outcome = await beat(lines)
    if (outcome === 'superseded') return superseded()
    if (outcome === 'missed') untold.unshift(...lines)
    const hasNews = outcome === 'told' && untold.length > 0
    keepsTime = outcome === 'missed' || hasNews
    next(hasNews ? GATHER : interval)
  }

  return {
    tell(line) {
      untold.push(line)
      if (untold.length > LINES_KEPT) untold.shift()
      if (!keepsTime) next(GATHER)
      keepsTime = true
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
