/** Long polling, limited in number, so that waiting requests never take the concurrency that work needs. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { transition } from '../core/transition.ts'
import { compareAndSwap } from './dynamo.ts'
import { env } from './environment.ts'
import { logger } from './logger.ts'

/** `#` is not part of a session id. */
const KEY = { sessionId: '#waiting' }

interface Waiting {
  /** Until when each may wait (ms since the epoch). The place of a function that died becomes free then. */
  readonly places: Readonly<Record<string, number>>
}

const change = <Output>(
  action: (places: Waiting['places']) => { places: Waiting['places']; output: Output },
) =>
  compareAndSwap<Waiting, Output>(
    { table: env('SESSIONS_TABLE'), key: KEY },
    (item) => {
      const { places, output } = action(item.places)
      return places === item.places
        ? transition(item, output)
        : transition({ ...item, places }, output)
    },
    () => ({ places: {} }),
    6,
  )

async function takePlace(id: string, until: number): Promise<boolean> {
  const now = Date.now()
  const taken = await change((places) => {
    const others = Object.entries(places).filter(([, end]) => end > now)
    if (others.length >= env('WAITING_READERS')) return { places, output: false }
    return { places: Object.fromEntries([...others, [id, until]]), output: true }
  })
  return taken?.output === true
}

const leavePlace = (id: string) =>
  change((places) => {
    const { [id]: _, ...others } = places
    return { places: others, output: undefined }
  })

const PAUSE_MS = { first: 200, longest: 1000 }

/**
 * Calls `look` until it finds something or the time is `until` (ms since the epoch). Returns undefined if nothing was
 * found. Looks only once if too many requests already wait.
 */
export async function waitFor<Found>(
  until: number,
  look: () => Promise<Found | undefined>,
): Promise<Found | undefined> {
  const id = randomUUID()
  const mayWait = await takePlace(id, until).catch((error: unknown) => {
    logger.warn('no place to wait', { error })
    return false
  })
  if (!mayWait) return look()
  try {
    for (let pause = PAUSE_MS.first; ; pause = Math.min(pause * 1.2, PAUSE_MS.longest)) {
      const found = await look()
      if (found !== undefined || Date.now() + pause > until) return found
      await wait(pause)
    }
  } finally {
    await leavePlace(id).catch((error: unknown) =>
      logger.warn('could not give up the place to wait', { error }),
    )
  }
}
