/**
 * A day's items in the Usage table: sessions post to its parts, and part 0 is the whole, to which parts are posted as far as
 * budgets must know of them at once.
 */
import { createHash } from 'node:crypto'
import { isNews, type Posted, partCount, sum } from '../core/posted-count.ts'
import type { Tally } from '../core/tally.ts'
import { env } from './environment.ts'
import { postedIn, postTo, type Total } from './posted-totals.ts'
import { queryAll } from './query-all.ts'

/** The sessions of a day post to this many items, so that writers do not contend and no item gets too large. */
const PARTS = 64

export const partOf = (sessionId: string) =>
  1 + ((createHash('sha256').update(sessionId).digest()[0] ?? 0) % PARTS)

/** The scope of a day: of all senders, or of one. */
export const dayScope = (date: string, sender?: string) =>
  sender === undefined ? `day#${date}` : `day#${date}#${sender}`

export const whole = (scope: string): Total => ({ scope, part: 0 })

/** The name under which a part posts to its whole. */
export const nameOf = (part: number) => `part ${part}`

/** Returns a day's counts, by part (consistent). */
export async function readParts(scope: string): Promise<ReadonlyMap<number, Posted>> {
  const items = await Array.fromAsync(
    queryAll({
      TableName: env('USAGE_TABLE'),
      ConsistentRead: true,
      KeyConditionExpression: '#scope = :scope',
      ExpressionAttributeNames: { '#scope': 'scope' },
      ExpressionAttributeValues: { ':scope': scope },
    }),
  )
  return new Map(items.map((item) => [Number(item.part), postedIn(item)]))
}

/** Returns the counts that sessions have posted to a day. */
export const sessionCounts = (parts: ReadonlyMap<number, Posted>): Posted =>
  Object.assign({}, ...[...parts].filter(([part]) => part > 0).map(([, posted]) => posted))

/** Posts to the whole what it lacks of its parts. Returns its total. */
export async function collect(scope: string, parts: ReadonlyMap<number, Posted>): Promise<Tally> {
  const known = parts.get(0) ?? {}
  const changed = [...parts]
    .filter(([part]) => part > 0)
    .map(([part, posted]) => [nameOf(part), partCount(posted)] as const)
    .filter(([name, count]) => isNews(count, known[name]))
  return sum(changed.length === 0 ? known : await postTo(whole(scope), Object.fromEntries(changed)))
}
