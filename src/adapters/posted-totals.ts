/**
 * The nodes of the tree of totals in the Usage table (totals.ts): each has the whole counts of its parts, by their names.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { add, rank, type Tally } from '../core/tally.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'

/** A total: the item at `part` of a scope. Part 0 is the scope's total; sessions post to the others. */
export interface Total {
  readonly scope: string
  readonly part: number
}

/** Whole counts, by the name of the node that posted them. */
export type Posted = Readonly<Record<string, Tally>>

/** Returns the counts in a total's item. */
export function postedIn(item: Readonly<Record<string, unknown>> = {}): Posted {
  const { scope: _, part: __, expires: ___, sender: ____, ...posted } = item
  const counts = Object.entries(posted as Record<string, { tally: Tally }>)
  return Object.fromEntries(counts.map(([from, { tally }]) => [from, tally]))
}

export const sum = (posted: Posted) => add(...Object.values(posted))

/** Returns a total (consistent read). */
export async function readTotal(total: Total): Promise<Tally> {
  const { Item } = await dynamo.send(
    new GetCommand({ TableName: env('USAGE_TABLE'), Key: { ...total }, ConsistentRead: true }),
  )
  return sum(postedIn(Item))
}

/**
 * Posts the whole count of `from` and returns the total's sum. Totals of months and of all time never expire. `about` are
 * further attributes of the total.
 */
export async function postTo(
  total: Total,
  from: string,
  tally: Tally,
  about: Readonly<Record<string, string>> = {},
): Promise<Tally> {
  const expires = /^(?:day|people)#/.test(total.scope)
  const more = Object.entries(about)
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: env('USAGE_TABLE'),
        Key: { ...total },
        UpdateExpression: `SET #from = :count${expires ? ', expires = :expires' : ''}${more.map((_, i) => `, #m${i} = :m${i}`).join('')}`,
        ConditionExpression: 'attribute_not_exists(#from) OR #from.#rank < :rank',
        ExpressionAttributeNames: {
          '#from': from,
          '#rank': 'rank',
          ...Object.fromEntries(more.map(([name], i) => [`#m${i}`, name])),
        },
        ExpressionAttributeValues: {
          ...Object.fromEntries(more.map(([, value], i) => [`:m${i}`, value])),
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
    return readTotal(total)
  }
}
