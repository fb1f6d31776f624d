/** Sends heartbeats while a job runs, and at once if there is new activity. */
import type { Callback } from './callback.ts'

/** Lines within this many milliseconds are sent together. */
const GATHER = 300
const LINES_AT_ONCE = 100
const LINES_KEPT = 1_000

export type Heartbeat = { report(line: string): void; stop(): void }

/** Sends heartbeats until stopped. Calls `superseded` if the callback says that the job is no longer the current one. */
export function startHeartbeat(
  beat: Callback['beat'],
  { everySeconds, superseded }: { everySeconds: number; superseded: () => void },
): Heartbeat {
  const interval = everySeconds * 1_000
  const unsent: string[] = []
  let timer = setTimeout(send, interval)
  /** Whether news must not bring the next beat forward, because one is under way, due soon, or the last one was missed. */
  let keepsTime = false
  let stopped = false

  function next(milliseconds: number) {
    clearTimeout(timer)
    if (!stopped) timer = setTimeout(send, milliseconds)
  }

  async function send() {
    keepsTime = true
    const lines = unsent.splice(0, LINES_AT_ONCE)
    const outcome = await beat(lines)
    if (outcome === 'superseded') return superseded()
    if (outcome === 'missed') unsent.unshift(...lines)
    const hasNews = outcome === 'sent' && unsent.length > 0
    keepsTime = outcome === 'missed' || hasNews
    next(hasNews ? GATHER : interval)
  }

  return {
    report(line) {
      unsent.push(line)
      if (unsent.length > LINES_KEPT) unsent.shift()
      if (!keepsTime) next(GATHER)
      keepsTime = true
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
