/**
 * The nodes of the tree of totals in the Usage table (totals.ts): each has the whole counts of its parts, by their names.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Posted } from '../core/posted-count.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'

/** A total: the item at `part` of a scope. Part 0 is the scope's total; sessions post to the others. */
export interface Total {
  readonly scope: string
  readonly part: number
}

type Item = Readonly<Record<string, unknown>>

/** Returns the counts in a total's item. */
export function postedIn(item: Item = {}): Posted {
  const { scope: _, part: __, expires: ___, sender: ____, ...posted } = item
  return posted as Posted
}

/** Returns a total's counts (consistent read). */
export async function readPosted(total: Total): Promise<Posted> {
  const { Item } = await dynamo.send(
    new GetCommand({ TableName: env('USAGE_TABLE'), Key: { ...total }, ConsistentRead: true }),
  )
  return postedIn(Item)
}

interface PostOptions {
  /** Further attributes of the total. */
  readonly about?: Readonly<Record<string, string>>
  /** A count that was posted already is not written again. */
  readonly onlyNewer?: boolean
}

/**
 * Posts whole counts, in one write. Returns the total's counts, or undefined if one of them was not written, because the same
 * node has posted a newer one. Totals of months and of all time never expire.
 */
export async function tryToPost(
  total: Total,
  counts: Posted,
  { about = {}, onlyNewer = false }: PostOptions = {},
): Promise<Posted | undefined> {
  const expires = /^(?:day|people)#/.test(total.scope)
  const set = Object.entries({
    ...counts,
    ...about,
    ...(expires && { expires: Math.floor(Date.now() / 1000) + env('HISTORY_DAYS') * 86_400 }),
  })
  const ranks = Object.values(counts).map(({ rank }, i) => [`:r${i}`, rank] as const)
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: env('USAGE_TABLE'),
        Key: { ...total },
        UpdateExpression: `SET ${set.map((_, i) => `#s${i} = :s${i}`).join(', ')}`,
        // The counts come first in `set`, so they have the same numbers.
        ConditionExpression: ranks
          .map(
            ([value], i) =>
              `(attribute_not_exists(#s${i}) OR #s${i}.#rank ${onlyNewer ? '<' : '<='} ${value})`,
          )
          .join(' AND '),
        ExpressionAttributeNames: {
          ...Object.fromEntries(set.map(([name], i) => [`#s${i}`, name])),
          '#rank': 'rank',
        },
        ExpressionAttributeValues: {
          ...Object.fromEntries(set.map(([, value], i) => [`:s${i}`, value])),
          ...Object.fromEntries(ranks),
        },
        ReturnValues: 'ALL_NEW',
      }),
    )
    return postedIn(Attributes)
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
    return undefined
  }
}

/** Posts whole counts, those that are not older than what is there. Returns the total's counts. */
export async function postTo(
  total: Total,
  counts: Posted,
  options: PostOptions = {},
): Promise<Posted> {
  const posted = await tryToPost(total, counts, options)
  if (posted) return posted
  const each = Object.entries(counts)
  if (each.length > 1)
    for (const [name, count] of each) await tryToPost(total, { [name]: count }, options)
  return readPosted(total)
}
