/**
 * Waits until Baton has handled everything that a message causes, without requests to Baton, which would be
 * counted.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { CallRecorder } from './calls.ts'
import type { executionsOf } from './executions.ts'
import { now } from './now.ts'

/** Longer than any pause within a run, even on a busy machine. */
const QUIET_MS = 2_000
const LOOK_MS = 100
const PATIENCE_MS = 180_000

/** `after`: the number of executions before; at least one more must have started and all must have ended. */
export async function quiet(
  executions: Pick<ReturnType<typeof executionsOf>, 'list'>,
  recorder: CallRecorder,
  after: number,
): Promise<void> {
  const deadline = now() + PATIENCE_MS
  for (;;) {
    const list = await executions.list()
    const last = Math.max(0, ...recorder.calls.map(({ ended = Number.POSITIVE_INFINITY }) => ended))
    const over = list.length > after && list.every(({ running }) => !running)
    if (over && now() - last > QUIET_MS) return
    if (now() > deadline) throw new Error(`Baton was not quiet within ${PATIENCE_MS / 1000} s`)
    await wait(LOOK_MS)
  }
}
