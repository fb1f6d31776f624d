/** The Usage table: a ledger a session, and totals by day and sender to which every session posts its own part. */
import { createHash } from 'node:crypto'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { type Ledger, newLedger } from '../core/ledger.ts'
import { add, type Day, isEmpty, rank, type Tally } from '../core/tally.ts'
import type { Transition } from '../core/transition.ts'
import { dynamo, swap } from './dynamo.ts'
import { variable } from './environment.ts'

const ledgerKey = (sessionId: string) => ({ scope: `session#${sessionId}`, part: 0 })

/** All workers of a session write to its ledger at once, and what an answer cost is told once: some seconds of trying. */
const MANY = 40

/** Applies an action to a session's ledger; one that is not there begins. */
export async function changeLedger<Answer>(
  sessionId: string,
  action: (ledger: Ledger) => Transition<Ledger, Answer>,
): Promise<Transition<Ledger, Answer>> {
  const changed = await swap<Ledger, Answer>(
    variable('USAGE_TABLE'),
    ledgerKey(sessionId),
    action,
    () => newLedger,
    MANY,
  )
  if (!changed) throw new Error('a ledger that begins is never absent')
  return changed
}

/** A consistent read. */
export async function readLedger(sessionId: string): Promise<Ledger> {
  const { Item } = await dynamo.send(
    new GetCommand({
      TableName: variable('USAGE_TABLE'),
      Key: ledgerKey(sessionId),
      ConsistentRead: true,
    }),
  )
  return (Item as Ledger | undefined) ?? newLedger
}

/** A day's total is kept in so many parts, so that writers do not queue and no item grows without bound. */
const PARTS = 16

const partOf = (sessionId: string) =>
  (createHash('sha256').update(sessionId).digest()[0] ?? 0) % PARTS

/** Whose day: everybody's, or one sender's. */
const totalKey = (date: string, sender?: string) =>
  sender === undefined ? `day#${date}` : `day#${date}#${sender}`

export interface Posting {
  readonly sessionId: string
  readonly sender: string
  /** Where the counts come from: the session's item, or its ledger. */
  readonly source: 'session' | 'ledger'
  readonly days: readonly Day[]
}

/**
 * Posts a session's own counts of its latest days to the totals. What is posted is the whole count so far, not what was
 * added: repeating it changes nothing, a lost one is made good by the next, an older one never displaces a younger.
 */
export async function post({ sessionId, sender, source, days }: Posting): Promise<void> {
  await Promise.all(
    days
      .filter(({ tally }) => !isEmpty(tally))
      .flatMap(({ date, tally }) =>
        [totalKey(date), totalKey(date, sender)].map((scope) =>
          put(scope, `${source} ${sessionId}`, tally, sessionId),
        ),
      ),
  )
}

async function put(scope: string, from: string, tally: Tally, sessionId: string): Promise<void> {
  try {
    await dynamo.send(
      new UpdateCommand({
        TableName: variable('USAGE_TABLE'),
        Key: { scope, part: partOf(sessionId) },
        UpdateExpression: 'SET #from = :count, expires = :expires',
        ConditionExpression: 'attribute_not_exists(#from) OR #from.#rank < :rank',
        ExpressionAttributeNames: { '#from': from, '#rank': 'rank' },
        ExpressionAttributeValues: {
          ':count': { rank: rank(tally), tally },
          ':rank': rank(tally),
          ':expires': Math.floor(Date.now() / 1000) + variable('HISTORY_DAYS') * 86_400,
        },
      }),
    )
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  }
}

/** What all sessions, or those of one sender, have posted for a day; a consistent read, one request a megabyte. */
export async function dayTotal(date: string, sender?: string): Promise<Tally> {
  const tallies: Tally[] = []
  let start: Record<string, unknown> | undefined
  do {
    const { Items = [], LastEvaluatedKey } = await dynamo.send(
      new QueryCommand({
        TableName: variable('USAGE_TABLE'),
        KeyConditionExpression: '#scope = :scope',
        ExpressionAttributeNames: { '#scope': 'scope' },
        ExpressionAttributeValues: { ':scope': totalKey(date, sender) },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    )
    for (const { scope: _, part: __, expires: ___, ...posted } of Items)
      for (const { tally } of Object.values(posted) as { tally: Tally }[]) tallies.push(tally)
    start = LastEvaluatedKey
  } while (start)
  return add(...tallies)
}
