/**
 * Totals by day, by day and sender, and of all time, in the Usage table. They form a tree in which each node posts its
 * *whole* count to its parent, under its own name. A repeated posting changes nothing, the next posting makes up for a
 * lost one, and an older one never replaces a newer one. The size of the items does not grow with what is counted.
 */
import { createHash } from 'node:crypto'
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb'
import { type Day, dateOf, datesOf, isEmpty, monthOf, type Tally } from '../core/tally.ts'
import { batchGet } from './batch-get.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'
import { postPerson } from './people-totals.ts'
import { type Posted, postedIn, postTo, readTotal, sum, type Total } from './posted-totals.ts'

/** The sessions of a day post to this many items, so that writers do not contend and no item gets too large. */
const PARTS = 64

const partOf = (sessionId: string) =>
  1 + ((createHash('sha256').update(sessionId).digest()[0] ?? 0) % PARTS)

/** The scope of a day: of all senders, or of one. */
const dayScope = (date: string, sender?: string) =>
  sender === undefined ? `day#${date}` : `day#${date}#${sender}`

const whole = (scope: string): Total => ({ scope, part: 0 })
const monthTotal = (month: string) => whole(`month#${month}`)
const ALL = whole('all')

export interface Posting {
  readonly sessionId: string
  readonly sender: string
  /** Where the counts come from: the session's item, or its ledger. */
  readonly source: 'session' | 'ledger'
  readonly days: readonly Day[]
  /** Whether only budgets need it now: what is shown of people is posted with one of the next counts. */
  readonly forBudgets?: true
}

/** Posts a session's counts of its latest days to the totals of these days. */
export async function post({
  sessionId,
  sender,
  source,
  days,
  forBudgets,
}: Posting): Promise<void> {
  const part = partOf(sessionId)
  await Promise.all(
    days
      .filter(({ tally }) => !isEmpty(tally))
      .map(async ({ date, tally }) => {
        const postDay = async (scope: string) => {
          const sum = await postTo({ scope, part }, `${source} ${sessionId}`, tally)
          return postTo(whole(scope), `part ${part}`, sum)
        }
        const postSender = async () => {
          const used = await postDay(dayScope(date, sender))
          if (!forBudgets) await postPerson(sender, date, used)
        }
        await Promise.all([postDay(dayScope(date)), postSender()])
        // The sweep rolls up only today and yesterday, so roll up an older day here.
        if (date !== dateOf(Date.now())) await rollUp(date)
      }),
  )
}

/** Posts a day's total to its month, and the month's to all time. */
export async function rollUp(date: string): Promise<void> {
  const day = await dayTotal(date)
  if (isEmpty(day)) return
  const month = await postTo(monthTotal(monthOf(date)), date, day)
  await postTo(ALL, monthOf(date), month)
}

/** Returns a day's total of all senders, or of one. A consistent read of one item. */
export const dayTotal = (date: string, sender?: string): Promise<Tally> =>
  readTotal(whole(dayScope(date, sender)))

/**
 * Returns the totals of all time and of today, in one consistent request. `since` is the first date, or undefined if
 * nothing was counted.
 */
export async function grandTotals(
  now: number,
): Promise<{ all: Tally; today: Tally; since: string | undefined }> {
  const date = dateOf(now)
  const month = monthOf(date)
  const wanted = [ALL, monthTotal(month), whole(dayScope(date))]
  const table = env('USAGE_TABLE')
  const { Responses } = await dynamo.send(
    new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } }),
  )
  const found = Responses?.[table] ?? []
  const posted = ({ scope }: Total) => postedIn(found.find((item) => item.scope === scope))
  // Use the current value of a total that may not be rolled up yet.
  const today = sum(posted(whole(dayScope(date))))
  const days = { ...posted(monthTotal(month)), ...(!isEmpty(today) && { [date]: today }) }
  const months = { ...posted(ALL), ...(Object.keys(days).length > 0 && { [month]: sum(days) }) }
  const first = Object.keys(months).sort()[0]
  return {
    all: sum(months),
    today,
    since: first === month ? Object.keys(days).sort()[0] : first && `${first}-01`,
  }
}

/**
 * Returns the totals of the last `days` days with counts by date, oldest first, in one request. Those before today are exact
 * up to the last sweep.
 */
export async function dailyTotals(now: number, days: number): Promise<readonly Day[]> {
  const dates = datesOf(now, days)
  const today = whole(dayScope(dateOf(now)))
  const months = [...new Set(dates.map(monthOf))].map(monthTotal)
  const found = await batchGet(
    env('USAGE_TABLE'),
    [...months, today].map((total) => ({ ...total })),
  )
  const ofMonths = found.filter(({ scope }) => scope !== today.scope).map((item) => postedIn(item))
  const posted: Posted = Object.assign({}, ...ofMonths)
  const counted: Posted = {
    ...posted,
    [dateOf(now)]: sum(postedIn(found.find(({ scope }) => scope === today.scope))),
  }
  return dates.flatMap((date) => {
    const tally = counted[date]
    return tally && !isEmpty(tally) ? [{ date, tally }] : []
  })
}
