/** The services that Baton depends on: what functions have last seen of each, and what to do about it. */
import type { DependencyHealth, DependencyName, DependencyState } from '../contract/api/health.ts'

/** What a function has seen of a service. */
export interface Sighting {
  readonly state: Exclude<DependencyState, 'unknown'>
  /** What happened; a sentence without its full stop. */
  readonly detail: string
  /** What to do about it. Absent if waiting is all that helps. */
  readonly cure?: string
}

/** The last sighting, as it is stored. */
export interface LastSighting extends Sighting {
  /** When the service came into this state, and when that was last seen; ISO 8601. */
  readonly since: string
  readonly at: string
}

export const WORKS: Sighting = { state: 'ok', detail: 'it works' }

/** A failure that may pass is no news after this time without another request. */
const STALE_MS = 60 * 60_000

export const RECORDED = ['model', 'e2b', 'twilio', 'sendgrid'] as const satisfies readonly Exclude<
  DependencyName,
  'dynamodb'
>[]
export type RecordedName = (typeof RECORDED)[number]

/** Returns the health of each service. `now` in ms since the epoch. */
export function healthView(
  seen: Readonly<Partial<Record<RecordedName, LastSighting>>>,
  now: number,
): readonly DependencyHealth[] {
  return [
    ...RECORDED.map((name) => viewOf(name, seen[name], now)),
    // Whoever reads this has just read it from there.
    { name: 'dynamodb', state: 'ok', detail: 'The tables can be read.', cure: null },
  ]
}

function viewOf(name: RecordedName, last: LastSighting | undefined, now: number): DependencyHealth {
  if (!last) return { name, state: 'unknown', detail: 'Not used yet.', cure: null }
  const { state, since, at, detail, cure = null } = last
  const isStale = state === 'degraded' && now - Date.parse(at) > STALE_MS
  return isStale
    ? { name, state: 'unknown', since: at, detail: `Failed when last used: ${detail}.`, cure }
    : { name, state, since, detail: `${capitalised(detail)}.`, cure }
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
