/**
 * Totals as they are shown: of today, from what sessions have posted to its parts, and of earlier days, months and people, to which
 * the sweep rolls them up.
 */
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb'
import { countOf, type Posted, sum } from '../core/posted-count.ts'
import { add, type Day, dateOf, datesOf, isEmpty, monthOf, type Tally } from '../core/tally.ts'
import { batchGet } from './batch-get.ts'
import { collect, dayScope, readParts, sessionCounts, whole } from './day-parts.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'
import { type PersonUse, postPeople } from './people-totals.ts'
import { postedIn, postTo, tryToPost } from './posted-totals.ts'

const monthTotal = (month: string) => whole(`month#${month}`)
const ALL = whole('all')

/** What a day has used: all together, and each person. */
export interface DayUse {
  readonly total: Tally
  readonly people: readonly PersonUse[]
}

/** Returns what a day has used, from what sessions have posted to it (consistent). */
export const dayUse = async (date: string): Promise<DayUse> =>
  useOf(sessionCounts(await readParts(dayScope(date))))

function useOf(counts: Posted): DayUse {
  const people = new Map<string, Tally>()
  // Counts of earlier versions do not say whose they are. Those versions have posted them to people themselves.
  for (const { sender, tally } of Object.values(counts))
    if (sender !== undefined) people.set(sender, add(people.get(sender) ?? {}, tally))
  return {
    total: sum(counts),
    people: [...people].map(([sender, tally]) => ({ sender, tally })),
  }
}

/**
 * Posts a day's total to its month, the month's to all time, and what each person has used. Brings the whole for budgets up to
 * date, if there is one.
 */
export async function rollUp(date: string): Promise<void> {
  const parts = await readParts(dayScope(date))
  const { total, people } = useOf(sessionCounts(parts))
  if (isEmpty(total)) return
  await Promise.all([
    postMonth(date, total),
    postPeople(date, people),
    parts.has(0) && collect(dayScope(date), parts),
  ])
}

async function postMonth(date: string, total: Tally): Promise<void> {
  const onlyNewer = { onlyNewer: true }
  const month = monthOf(date)
  const posted = await postTo(monthTotal(month), { [date]: countOf(total) }, onlyNewer)
  await tryToPost(ALL, { [month]: countOf(sum(posted)) }, onlyNewer)
}

/**
 * Returns the totals of all time and of today. `since` is the first date, or undefined if nothing was counted.
 */
export async function grandTotals(
  now: number,
): Promise<{ all: Tally; today: Tally; since: string | undefined }> {
  const date = dateOf(now)
  const month = monthOf(date)
  const table = env('USAGE_TABLE')
  const [{ Responses }, { total: today }] = await Promise.all([
    dynamo.send(
      new BatchGetCommand({
        RequestItems: {
          [table]: { Keys: [{ ...ALL }, { ...monthTotal(month) }], ConsistentRead: true },
        },
      }),
    ),
    dayUse(date),
  ])
  const posted = (scope: string) =>
    talliesIn(Responses?.[table]?.find((item) => item.scope === scope))
  // Use the current value of a total that may not be rolled up yet.
  const days = { ...posted(monthTotal(month).scope), ...(!isEmpty(today) && { [date]: today }) }
  const months = {
    ...posted(ALL.scope),
    ...(Object.keys(days).length > 0 && { [month]: add(...Object.values(days)) }),
  }
  const first = Object.keys(months).sort()[0]
  return {
    all: add(...Object.values(months)),
    today,
    since: first === month ? Object.keys(days).sort()[0] : first && `${first}-01`,
  }
}

const talliesIn = (item: Readonly<Record<string, unknown>> | undefined) =>
  Object.fromEntries(Object.entries(postedIn(item)).map(([name, { tally }]) => [name, tally]))

/**
 * Returns the totals of the last `days` days with counts by date, oldest first. Those before today are exact up to the last
 * sweep. `today` is what was read of today.
 */
export async function dailyTotals(
  now: number,
  days: number,
  today: Tally,
): Promise<readonly Day[]> {
  const dates = datesOf(now, days)
  const months = [...new Set(dates.map(monthOf))].map((month) => ({ ...monthTotal(month) }))
  const found = await batchGet(env('USAGE_TABLE'), months)
  const counted: Record<string, Tally> = {
    ...Object.assign({}, ...found.map(talliesIn)),
    [dateOf(now)]: today,
  }
  return dates.flatMap((date) => {
    const tally = counted[date]
    return tally && !isEmpty(tally) ? [{ date, tally }] : []
  })
}
