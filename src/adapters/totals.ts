/**
 * Totals by day, by day and sender, and of all time, in the Usage table. They form a tree in which each node posts its
 * *whole* count to its parent, under its own name. A repeated posting changes nothing, the next posting makes up for a
 * lost one, and an older one never replaces a newer one. The size of the items does not grow with what is counted.
 */
import { createHash } from 'node:crypto'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { add, type Day, dateOf, isEmpty, rank, type Tally } from '../core/tally.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'

/** A total: the item at `part` of a scope. Part 0 is the scope's total; sessions post to the others. */
interface Total {
  readonly scope: string
  readonly part: number
}

/** The sessions of a day post to this many items, so that writers do not contend and no item gets too large. */
const PARTS = 64

const partOf = (sessionId: string) =>
  1 + ((createHash('sha256').update(sessionId).digest()[0] ?? 0) % PARTS)

/** The scope of a day: of all senders, or of one. */
const dayScope = (date: string, sender?: string) =>
  sender === undefined ? `day#${date}` : `day#${date}#${sender}`

const whole = (scope: string): Total => ({ scope, part: 0 })
const monthOf = (date: string) => date.slice(0, 'YYYY-MM'.length)
const monthTotal = (month: string) => whole(`month#${month}`)
const ALL = whole('all')

export interface Posting {
  readonly sessionId: string
  readonly sender: string
  /** Where the counts come from: the session's item, or its ledger. */
  readonly source: 'session' | 'ledger'
  readonly days: readonly Day[]
}

/** Posts a session's counts of its latest days to the totals of these days. */
export async function post({ sessionId, sender, source, days }: Posting): Promise<void> {
  const part = partOf(sessionId)
  await Promise.all(
    days
      .filter(({ tally }) => !isEmpty(tally))
      .map(async ({ date, tally }) => {
        const scopes = [dayScope(date), dayScope(date, sender)]
        await Promise.all(
          scopes.map(async (scope) => {
            const sum = await postTo({ scope, part }, `${source} ${sessionId}`, tally)
            await postTo(whole(scope), `part ${part}`, sum)
          }),
        )
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
  read(whole(dayScope(date, sender)))

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

/** Whole counts, by the name of the node that posted them. */
type Posted = Readonly<Record<string, Tally>>

function postedIn(item: Record<string, unknown> = {}): Posted {
  const { scope: _, part: __, expires: ___, ...posted } = item
  const counts = Object.entries(posted as Record<string, { tally: Tally }>)
  return Object.fromEntries(counts.map(([from, { tally }]) => [from, tally]))
}

const sum = (posted: Posted) => add(...Object.values(posted))

async function read(total: Total): Promise<Tally> {
  const { Item } = await dynamo.send(
    new GetCommand({ TableName: env('USAGE_TABLE'), Key: { ...total }, ConsistentRead: true }),
  )
  return sum(postedIn(Item))
}

/** Posts the whole count of `from` and returns the total's sum. Totals of months and of all time never expire. */
async function postTo(total: Total, from: string, tally: Tally): Promise<Tally> {
  const expires = total.scope.startsWith('day#')
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: env('USAGE_TABLE'),
        Key: { ...total },
        UpdateExpression: `SET #from = :count${expires ? ', expires = :expires' : ''}`,
        ConditionExpression: 'attribute_not_exists(#from) OR #from.#rank < :rank',
        ExpressionAttributeNames: { '#from': from, '#rank': 'rank' },
        ExpressionAttributeValues: {
          ':count': { rank: rank(tally), tally },
          ':rank': rank(tally),
          ...(expires && {
            ':expires': Math.floor(Date.now() / 1000) + env('HISTORY_DAYS') * 86_400,
          }),
        },
        ReturnValues: 'ALL_NEW',
      }),
    )
    return sum(postedIn(Attributes))
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
    return read(total)
  }
}
