/** What each person has used, in the Usage table: one item for a person and a month, with the person's whole count of each day. */
import { createHash } from 'node:crypto'
import { type Day, datesOf, monthOf, type Tally } from '../core/tally.ts'
import { env } from './environment.ts'
import { postedIn, postTo, type Total } from './posted-totals.ts'
import { queryAll } from './query-all.ts'

/** The item of a person and a month. */
const personTotal = (month: string, sender: string): Total => ({
  scope: peopleScope(month),
  // A whole number in DynamoDB, and no two people have the same.
  part: createHash('sha256').update(sender).digest().readUIntBE(0, 6),
})
const peopleScope = (month: string) => `people#${month}`

/** Posts what a person has used on a day. */
export const postPerson = (sender: string, date: string, used: Tally): Promise<Tally> =>
  postTo(personTotal(monthOf(date), sender), date, shownOfPeople(used), { sender })

/** Leaves out the tokens by model, and what is reserved: an item that is written often is cheaper if it is small. */
const shownOfPeople = (tally: Tally): Tally =>
  Object.fromEntries(
    Object.entries(tally).filter(([name]) => !/^model\.|^(?:reserved|released)NanoUsd$/.test(name)),
  )

/** A person's days with counts. */
export interface PersonDays {
  readonly sender: string
  readonly days: readonly Day[]
}

/** Returns what each person has used in the last `days` days. Takes one request for each month that they touch. */
export async function totalsByPerson(now: number, days: number): Promise<readonly PersonDays[]> {
  const dates = datesOf(now, days)
  const months = [...new Set(dates.map(monthOf))]
  const items = await Promise.all(months.map((month) => queryScope(peopleScope(month))))
  return items.flat().map((item) => ({
    sender: String(item.sender),
    days: Object.entries(postedIn(item)).flatMap(([date, tally]) =>
      dates.includes(date) ? [{ date, tally }] : [],
    ),
  }))
}

const queryScope = (scope: string) =>
  Array.fromAsync(
    queryAll({
      TableName: env('USAGE_TABLE'),
      KeyConditionExpression: '#scope = :scope',
      ExpressionAttributeNames: { '#scope': 'scope' },
      ExpressionAttributeValues: { ':scope': scope },
    }),
  )
