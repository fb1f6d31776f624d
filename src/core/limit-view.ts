/** Budgets with what was spent of them, and what a day will have spent at its end. */
import type { LimitView } from '../contract/api/limit.ts'
import {
  type Budgets,
  limitOf,
  MEASURES,
  type Raised,
  raisedOn,
  type Scope,
  UNITS,
  type Unit,
} from './budget.ts'
import type { Session } from './session.ts'
import { add, DAY_MS, dateOf, since, type Tally } from './tally.ts'

/** What a person has used on one day. */
export interface PersonDay {
  readonly person: string
  readonly tally: Tally
}

/** Today's and yesterday's counts. */
export interface TwoDays {
  readonly today: Tally
  readonly yesterday: Tally
  readonly people: readonly PersonDay[]
}

/** Returns every budget of all sessions together. Those of a run or a session have no amount of their own here. */
export function limitViews(budgets: Budgets, days: TwoDays, now: number) {
  const of = (scope: Scope, see: (unit: Unit) => Partial<LimitView>) =>
    limitsOf(budgets, {}, scope, see)
  const nothing = () => ({})
  return {
    run: of('run', nothing),
    session: of('session', nothing),
    sender: of('sender', (unit) => mostSpent(days.people, unit)),
    day: of('day', (unit) => {
      const [spent, before] = [MEASURES[unit](days.today), MEASURES[unit](days.yesterday)]
      return { spent, forecast: forecastOf(spent, before, now) }
    }),
  }
}

/** Returns the budgets of a session and of its latest run. `models` is the total of its ledger. */
export function sessionLimits(budgets: Budgets, session: Session, models: Tally, now: number) {
  const used = add(session.counts, models)
  const raised = raisedOn(session.raised, dateOf(now))
  const of = (scope: Scope, tally: Tally) =>
    limitsOf(budgets, raised, scope, (unit) => ({ spent: MEASURES[unit](tally) }))
  return { run: of('run', since(used, session.receipted)), session: of('session', used) }
}

const limitsOf = (
  budgets: Budgets,
  raised: Raised,
  scope: Scope,
  see: (unit: Unit) => Partial<LimitView>,
): readonly LimitView[] =>
  UNITS.filter((unit) => budgets[scope][unit] !== undefined).map((unit) => ({
    unit,
    limit: limitOf(budgets, raised, scope, unit),
    spent: null,
    forecast: null,
    ...see(unit),
  }))

function mostSpent(people: readonly PersonDay[], unit: Unit): Partial<LimitView> {
  const spent = people.map(({ person, tally }) => ({ person, spent: MEASURES[unit](tally) }))
  const [most] = spent.sort((a, b) => b.spent - a.spent)
  return most && most.spent > 0 ? most : { spent: 0 }
}

/** What is left of the day goes on like the last 24 hours: today, and yesterday from this time on. */
function forecastOf(today: number, yesterday: number, now: number): number {
  const left = 1 - (now % DAY_MS) / DAY_MS
  return today + left * (today + left * yesterday)
}
