/** Budgets: how much a run, a session, a sender and a day may use, and which budget is used up. */
import * as z from 'zod'
import { heldNanoUsd, type Tally } from './tally.ts'

const limits = z.strictObject({
  /** What models may cost, in dollars. */
  usd: z.number().positive().optional(),
  turns: z.number().int().positive().optional(),
  workers: z.number().int().positive().optional(),
  /** How long sandboxes may run, in minutes. */
  minutes: z.number().positive().optional(),
})

/** `sender` and `day` are daily budgets (UTC); `day` covers all senders together. */
export const budgets = z.strictObject({
  run: limits.default({}),
  session: limits.default({}),
  sender: limits.default({}),
  day: limits.default({}),
})
export type Budgets = z.infer<typeof budgets>
export type Scope = keyof Budgets
export type Unit = keyof z.infer<typeof limits>

/** What is limited of the budgets that all sessions have together. */
export interface SharedLimits {
  readonly day: boolean
  readonly sender: boolean
  /** Whether one of them is in dollars. */
  readonly usd: boolean
  /** Whether one of them is in units that are counted in sessions: turns, workers, minutes. */
  readonly others: boolean
}

export function sharedLimits({ day, sender }: Budgets): SharedLimits {
  const units = Object.keys({ ...day, ...sender })
  return {
    day: Object.keys(day).length > 0,
    sender: Object.keys(sender).length > 0,
    usd: units.includes('usd'),
    others: units.some((unit) => unit !== 'usd'),
  }
}

/** What each scope has spent so far. */
export type Spent = Readonly<Record<Scope, Tally>>

/** How often each scope's budget was raised for this session. `date` is the day for which the daily ones were raised. */
export type Raised = Readonly<Partial<Record<Scope, number>>> & { readonly date?: string }

/** Returns the raises that still hold on `date`. */
export function raisedOn(raised: Raised, date: string): Raised {
  if (raised.date === undefined || raised.date === date) return raised
  const { sender: _, day: __, date: ___, ...lasting } = raised
  return lasting
}

/** Raises the scope's budget by its full amount, once or several times. */
export const raise = (raised: Raised, scope: Scope, date: string, times = 1): Raised => {
  const current = raisedOn(raised, date)
  return { ...current, [scope]: (current[scope] ?? 0) + times, date }
}

/** A budget that is used up. */
export interface ExceededBudget {
  readonly scope: Scope
  readonly unit: Unit
  readonly limit: number
  readonly spent: number
  /** What of the limit is held back for verification, in the same unit. */
  readonly heldBack?: number
  /** What did not fit any more, if the limit itself was not reached: the most that the next model request may cost. */
  readonly next?: NextRequest
}

/** In dollars: what a model request may cost at most, and the budget without any raise. */
interface NextRequest {
  readonly usd: number
  readonly budget: number
}

/** The request is a little larger when it is sent again, because it then includes what was said in the meantime. */
const GROWTH = 1.1

/**
 * Returns how often the budget must be raised so that work can go on. `isFresh` if a new run starts, whose own budget is
 * not spent yet.
 */
export function raisesToContinue(
  { limit, spent, next, heldBack = 0 }: ExceededBudget,
  isFresh: boolean,
): number {
  if (!next) return isFresh ? 0 : 1
  const { usd, budget } = next
  // What is held back grows with the limit.
  const usable = budget * (1 - heldBack / limit)
  const missing = usd * GROWTH - (isFresh ? usable : limit - heldBack - spent)
  return Math.max(isFresh ? 0 : 1, Math.ceil(missing / usable))
}

/** The part of a run's dollars that only verifiers may use, so that the last attempt can still be verified. */
const HELD_BACK = 0.1

/** What a model request or a leg may use of a budget. */
export interface Claim {
  /** Whether it leaves what is held back for verification. */
  readonly holdsBack?: boolean
}

export const UNITS = ['usd', 'turns', 'workers', 'minutes'] as const satisfies readonly Unit[]

const SCOPES = ['run', 'session', 'sender', 'day'] as const satisfies readonly Scope[]

/** What a tally has used, in each unit. */
export const MEASURES: Record<Unit, (tally: Tally) => number> = {
  usd: ({ nanoUsd = 0 }) => nanoUsd / 1e9,
  turns: ({ turns = 0 }) => turns,
  workers: ({ workers = 0 }) => workers,
  minutes: ({ sandboxSeconds = 0 }) => sandboxSeconds / 60,
}

/** Returns the first of these units that is used up in any scope, or undefined. Each raise adds the full budget again. */
export function exceededBudget(
  given: Budgets,
  raised: Raised,
  spent: Spent,
  units: readonly Unit[],
  claim: Claim = {},
): ExceededBudget | undefined {
  for (const scope of SCOPES)
    for (const unit of units) {
      const limit = limitOf(given, raised, scope, unit)
      const used = MEASURES[unit](spent[scope])
      const heldBack = unit === 'usd' ? heldBackOf(limit, scope, claim) : 0
      if (used >= limit - heldBack)
        return { scope, unit, limit, spent: used, ...(heldBack > 0 && { heldBack }) }
    }
  return undefined
}

const heldBackOf = (usd: number, scope: Scope, { holdsBack = false }: Claim) =>
  holdsBack && scope === 'run' && Number.isFinite(usd) ? usd * HELD_BACK : 0

/** Returns a budget with its raises; infinite if there is none. */
export const limitOf = (given: Budgets, raised: Raised, scope: Scope, unit: Unit) =>
  (given[scope][unit] ?? Number.POSITIVE_INFINITY) * (1 + (raised[scope] ?? 0))

/** What budgets leave for model requests, in billionths of a dollar. */
export interface UsdRoom {
  /** What is neither spent nor reserved in the tightest scope; infinite without a limit. */
  readonly free: number
  /** Returns the first budget in which that much would not fit even if nothing was reserved, or undefined. */
  lacks(nanoUsd: number): ExceededBudget | undefined
}

export function usdRoom(given: Budgets, raised: Raised, spent: Spent, claim: Claim = {}): UsdRoom {
  const scopes = SCOPES.map((scope) => {
    const limit = limitOf(given, raised, scope, 'usd')
    const heldBack = heldBackOf(limit, scope, claim)
    const used = spent[scope].nanoUsd ?? 0
    return { scope, limit, heldBack, used, left: Math.round((limit - heldBack) * 1e9) - used }
  })
  return {
    free: Math.min(...scopes.map(({ scope, left }) => left - heldNanoUsd(spent[scope]))),
    lacks(nanoUsd) {
      const tight = scopes.find(({ left }) => left < nanoUsd)
      if (!tight) return undefined
      const { scope, limit, used, heldBack } = tight
      const next = { usd: nanoUsd / 1e9, budget: given[scope].usd ?? limit }
      return {
        ...{ scope, unit: 'usd', limit, spent: used / 1e9 },
        ...(heldBack > 0 && { heldBack }),
        ...(used < limit * 1e9 && { next }),
      }
    },
  }
}

/** Returns the sandbox seconds left in the tightest scope; infinite without a limit. */
export const secondsLeft = (given: Budgets, raised: Raised, spent: Spent): number =>
  Math.min(
    ...SCOPES.map(
      (scope) => limitOf(given, raised, scope, 'minutes') * 60 - (spent[scope].sandboxSeconds ?? 0),
    ),
  )
