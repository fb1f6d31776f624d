/** What functions say at most once a day, although they meet it every few minutes. */
import { transition, unchanged } from '../core/transition.ts'
import { compareAndSwap } from './dynamo.ts'
import { env } from './environment.ts'

const DAY_MS = 86_400_000

/** When a notice was last given. */
interface LastNotice {
  /** ms since the epoch. */
  readonly at: number
}

/** Returns whether notice `what` was not given in the last 24 hours, and records that it is given now. */
export async function isDueToday(what: string): Promise<boolean> {
  const now = Date.now()
  const changed = await compareAndSwap<LastNotice, boolean>(
    // `#` is not part of a session id.
    { table: env('SESSIONS_TABLE'), key: { sessionId: `#notice-${what}` } },
    (item) => (now - item.at < DAY_MS ? unchanged(item, false) : transition({ at: now }, true)),
    () => ({ at: 0 }),
  )
  return changed?.output === true
}
