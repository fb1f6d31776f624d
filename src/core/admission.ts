/** Admission of model requests: what is reserved for them in the ledger, and why they are refused. */
import type { ExceededBudget, UsdRoom } from './budget.ts'
import { claim, leased, surplus } from './lease.ts'
import {
  giveUpOld,
  type InFlight,
  type Ledger,
  type LedgerTransition,
  troubleOfJob,
  withTrouble,
} from './ledger.ts'
import { isGivenUp } from './model-trouble.ts'
import { overText } from './receipt.ts'
import { type Ask, affordable, reservationOf } from './reservation.ts'
import { add, type Tally } from './tally.ts'
import { transition } from './transition.ts'

/** Requests that one job may have under way. */
const AT_ONCE = 16

export interface Admission {
  readonly id: string
  readonly job: string
  readonly run: number
  /** ms since the epoch. */
  readonly now: number
  readonly ask: Ask
  /** Whether budgets that all sessions have together are in dollars, so that the session has to claim its share of them. */
  readonly claims?: boolean
}

/**
 * `later`: it fits once other requests have released what they reserved, and is recorded as waiting. `count`: it may fit
 * if its prompt is counted exactly. `busy`: the job already has the maximum number of requests under way or waiting.
 * `given up`: the model did not answer the job's last requests.
 */
export type Admitted =
  | {
      readonly maxTokens: number
      /** The session's claim has to be posted before the request is sent. */
      readonly claims: boolean
    }
  | { readonly over: ExceededBudget }
  | 'later'
  | 'count'
  | 'busy'
  | 'given up'

/**
 * Admits a model request and reserves what it may cost. Returns how long its answer may be, in tokens, or why it is not
 * admitted. `roomOf` gets what the session has spent and reserved for models, and what it may have claimed of the day beyond
 * that.
 */
export function admit(
  ledger: Ledger,
  { id, job, run, now, ask, claims = false }: Admission,
  roomOf: (models: Tally, surplus: number) => UsdRoom,
): LedgerTransition<Admitted> {
  const current = giveUpOld(ledger, now)
  if (isGivenUp(troubleOfJob(current, job), now)) return transition(current, 'given up')
  const { [id]: _, ...others } = current.inFlight
  const requests = Object.values(others)
  if (requests.filter((request) => request.job === job).length >= AT_ONCE)
    return transition(current, 'busy')
  const held = requests.reduce((sum, { reserved = 0 }) => sum + reserved, 0)
  const without = { ...current, inFlight: others }
  const room = roomOf(
    add(current.total, { reservedNanoUsd: held }),
    claims ? surplus(without, now) : 0,
  )
  const maxTokens = affordable(ask, room.free)
  if (!ask.isExact && (maxTokens ?? 0) < ask.wanted) return transition(current, 'count')
  const nanoUsd = reservationOf(ask, ask.least)
  const over = room.lacks(nanoUsd)
  if (over) {
    const refused = refuse(without, { job, run, now, nanoUsd, over })
    return transition(refused, { over })
  }
  const underWay = (request: InFlight) => ({ ...others, [id]: request })
  if (maxTokens === undefined)
    return transition(
      current.inFlight[id]
        ? current
        : { ...current, inFlight: underWay({ job, at: now, waits: true }) },
      'later',
    )
  if (!Number.isFinite(room.free))
    return transition(
      { ...current, inFlight: underWay({ job, at: now }) },
      { maxTokens, claims: false },
    )
  const reserved = reservationOf(ask, maxTokens)
  const isClaim = claims && reserved > leased(without, run, now)
  const { days } = isClaim ? claim(without, { reserved, free: room.free }, now) : current
  return transition(
    { ...current, days, inFlight: underWay({ job, at: now, reserved }) },
    { maxTokens, claims: isClaim },
  )
}

function refuse(
  ledger: Ledger,
  {
    job,
    run,
    now,
    nanoUsd,
    over,
  }: Pick<Admission, 'job' | 'run' | 'now'> & {
    nanoUsd: number
    over: ExceededBudget
  },
): Ledger {
  const trouble = { kind: 'budget', since: now, at: now, count: 1, detail: overText(over) } as const
  return withTrouble({ ...ledger, refused: { run, nanoUsd } }, job, trouble)
}
