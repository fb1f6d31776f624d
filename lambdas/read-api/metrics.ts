/** Returns the counts of all time and of today, or those of each day and each person with the budgets. */

import { dailyTotals, dayUse, grandTotals } from '../../src/adapters/daily-totals.ts'
import { env } from '../../src/adapters/environment.ts'
import { type PersonDays, totalsByPerson } from '../../src/adapters/people-totals.ts'
import { countLiveWorkers } from '../../src/adapters/workers.ts'
import type { Daily, Metrics } from '../../src/contract/api/metrics.ts'
import { limitViews } from '../../src/core/limit-view.ts'
import { modelView } from '../../src/core/receipt.ts'
import { add, DAY_MS, dateOf, isEmpty, type Tally } from '../../src/core/tally.ts'
import { metricsView } from '../../src/core/views.ts'

/** Takes three requests; the one for today grows with its sessions. */
export async function metrics(): Promise<Metrics> {
  const now = Date.now()
  const [{ all, today, since }, active] = await Promise.all([grandTotals(now), countLiveWorkers()])
  const { workers, ...counts } = metricsView(all)
  return {
    ...counts,
    budgets: env('BUDGETS'),
    workers: { ...workers, active },
    today: metricsView(today),
    /** UTC date, or null if nothing was counted. */
    since: since ?? null,
    timestamp: new Date(now).toISOString(),
  }
}

/** Takes two requests, and one for each month that the days touch. */
export async function usage({ days }: { readonly days: number }): Promise<Daily> {
  const now = Date.now()
  const budgets = env('BUDGETS')
  const [today, yesterday] = [dateOf(now), dateOf(now - DAY_MS)]
  // The forecast needs yesterday.
  const use = await dayUse(today)
  const [totals, people] = await Promise.all([
    dailyTotals(now, Math.max(days, 2), use.total),
    totalsByPerson(now, days, use.people),
  ])
  const on = (date: string) => totals.find((day) => day.date === date)?.tally ?? {}
  const first = dateOf(now - (days - 1) * DAY_MS)
  return {
    days: totals
      .filter(({ date }) => date >= first)
      .map(({ date, tally }) => ({
        date,
        ...metricsView(tally),
        byModel: modelView(tally).byModel,
      })),
    people: peopleView(people),
    limits: limitViews(
      budgets,
      { today: on(today), yesterday: on(yesterday), people: onDay(people, today) },
      now,
    ),
    timestamp: new Date(now).toISOString(),
  }
}

/** A person has one item for each month. */
function peopleView(people: readonly PersonDays[]) {
  const used = new Map<string, Tally>()
  for (const { sender, days } of people)
    used.set(sender, add(used.get(sender) ?? {}, ...days.map(({ tally }) => tally)))
  return [...used]
    .filter(([, tally]) => !isEmpty(tally))
    .map(([person, tally]) => ({ person, ...metricsView(tally) }))
    .sort((a, b) => b.costUsd - a.costUsd || a.person.localeCompare(b.person))
}

const onDay = (people: readonly PersonDays[], wanted: string) =>
  people.flatMap(({ sender, days }) =>
    days.flatMap(({ date, tally }) => (date === wanted ? [{ person: sender, tally }] : [])),
  )
