/** Requests that wait for something new: at most so many at once, so that they never take the functions that work needs. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { transition } from '../core/transition.ts'
import { compareAndSwap } from './dynamo.ts'
import { env } from './environment.ts'
import { logger } from './logger.ts'

/** How many may wait; an account has 1,000 functions at once, or 10 when it is new. */
const PLACES = 40

/** `#` is not part of a session id. */
const KEY = { sessionId: '#waiting' }

interface Waiting {
  /** Until when each may wait, ms since the epoch: a place whose function died is free after that. */
  readonly places: Readonly<Record<string, number>>
}

const change = <Answer>(
  action: (places: Waiting['places']) => { places: Waiting['places']; answer: Answer },
) =>
  compareAndSwap<Waiting, Answer>(
    { table: env('SESSIONS_TABLE'), key: KEY },
    (item) => {
      const { places, answer } = action(item.places)
      return places === item.places
        ? transition(item, answer)
        : transition({ ...item, places }, answer)
    },
    () => ({ places: {} }),
    6,
  )

async function takePlace(id: string, until: number): Promise<boolean> {
  const now = Date.now()
  const taken = await change((places) => {
    const others = Object.entries(places).filter(([, end]) => end > now)
    if (others.length >= PLACES) return { places, answer: false }
    return { places: Object.fromEntries([...others, [id, until]]), answer: true }
  })
  return taken?.output === true
}

const leavePlace = (id: string) =>
  change((places) => {
    const { [id]: _, ...others } = places
    return { places: others, answer: undefined }
  })

const PAUSE_MS = { first: 200, longest: 1000 }

/**
 * Looks again until `look` finds something or it is `until` (ms since the epoch). Answers undefined when nothing came,
 * and at once when too many wait already.
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
    await leavePlace(id).catch((error: unknown) => logger.warn('a place is left late', { error }))
  }
}
