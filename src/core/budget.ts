/** Budgets: how much a run, a session, a sender and a day may use, and which budget is used up. */
import * as z from 'zod'
import type { Tally } from './tally.ts'

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

/** Raises the scope's budget by its full amount once more. */
export const raise = (raised: Raised, scope: Scope, date: string): Raised => {
  const current = raisedOn(raised, date)
  return { ...current, [scope]: (current[scope] ?? 0) + 1, date }
}

/** A budget that is used up. */
export interface ExceededBudget {
  readonly scope: Scope
  readonly unit: Unit
  readonly limit: number
  readonly spent: number
}

const SCOPES = ['run', 'session', 'sender', 'day'] as const satisfies readonly Scope[]

const MEASURES: Record<Unit, (tally: Tally) => number> = {
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
): ExceededBudget | undefined {
  for (const scope of SCOPES)
    for (const unit of units) {
      const limit = limitOf(given, raised, scope, unit)
      const used = MEASURES[unit](spent[scope])
      if (used >= limit) return { scope, unit, limit, spent: used }
    }
  return undefined
}

const limitOf = (given: Budgets, raised: Raised, scope: Scope, unit: Unit) =>
  (given[scope][unit] ?? Number.POSITIVE_INFINITY) * (1 + (raised[scope] ?? 0))

/** Returns the sandbox seconds left in the tightest scope; infinite without a limit. */
export const secondsLeft = (given: Budgets, raised: Raised, spent: Spent): number =>
  Math.min(
    ...SCOPES.map(
      (scope) => limitOf(given, raised, scope, 'minutes') * 60 - (spent[scope].sandboxSeconds ?? 0),
    ),
  )
