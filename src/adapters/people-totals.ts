/** What each person has used, in the Usage table: one item for a person and a month, with the person's whole count of each day. */
import { createHash } from 'node:crypto'
import { countOf, type Posted } from '../core/posted-count.ts'
import { type Day, dateOf, datesOf, isEmpty, monthOf, rank, type Tally } from '../core/tally.ts'
import { env } from './environment.ts'
import { postedIn, type Total, tryToPost } from './posted-totals.ts'
import { queryAll } from './query-all.ts'

/** The item of a person and a month. */
const personTotal = (month: string, sender: string): Total => ({
  scope: peopleScope(month),
  // A whole number in DynamoDB, and no two people have the same.
  part: createHash('sha256').update(sender).digest().readUIntBE(0, 6),
})
const peopleScope = (month: string) => `people#${month}`

/** What a person has used on a day. */
export interface PersonUse {
  readonly sender: string
  readonly tally: Tally
}

/** Posts what people have used on a day, where that has changed. */
export async function postPeople(date: string, people: readonly PersonUse[]): Promise<void> {
  if (people.length === 0) return
  const month = monthOf(date)
  const known = new Map((await readMonth(month)).map(({ sender, days }) => [sender, days]))
  await Promise.all(
    people
      .map(({ sender, tally }) => ({ sender, shown: shownOfPeople(tally) }))
      .filter(
        ({ sender, shown }) =>
          !isEmpty(shown) && rank(shown) > (known.get(sender)?.[date]?.rank ?? 0),
      )
      .map(({ sender, shown }) =>
        tryToPost(
          personTotal(month, sender),
          { [date]: countOf(shown) },
          { about: { sender }, onlyNewer: true },
        ),
      ),
  )
}

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

/**
 * Returns what each person has used in the last `days` days. Takes one request for each month that they touch. `today` is what
 * was read of today, which may not be rolled up yet.
 */
export async function totalsByPerson(
  now: number,
  days: number,
  today: readonly PersonUse[],
): Promise<readonly PersonDays[]> {
  const dates = datesOf(now, days)
  const months = [...new Set(dates.map(monthOf))]
  const earlier = (await Promise.all(months.map(readMonth))).flat().map(({ sender, days }) => ({
    sender,
    days: Object.entries(days).flatMap(([date, { tally }]) =>
      dates.includes(date) ? [{ date, tally }] : [],
    ),
  }))
  const date = dateOf(now)
  const isNewer = ({ sender, tally }: PersonUse) => {
    const rolledUp = earlier.flatMap((each) => (each.sender === sender ? each.days : []))
    return rank(tally) > rank(rolledUp.find((day) => day.date === date)?.tally ?? {})
  }
  const newer = today
    .map(({ sender, tally }) => ({ sender, tally: shownOfPeople(tally) }))
    .filter(isNewer)
  return [
    ...earlier.map(({ sender, days }) => ({
      sender,
      days: newer.some((use) => use.sender === sender)
        ? days.filter((day) => day.date !== date)
        : days,
    })),
    ...newer.map(({ sender, tally }) => ({ sender, days: [{ date, tally }] })),
  ]
}

const readMonth = async (
  month: string,
): Promise<readonly { readonly sender: string; readonly days: Posted }[]> => {
  const items = await Array.fromAsync(
    queryAll({
      TableName: env('USAGE_TABLE'),
      KeyConditionExpression: '#scope = :scope',
      ExpressionAttributeNames: { '#scope': 'scope' },
      ExpressionAttributeValues: { ':scope': peopleScope(month) },
    }),
  )
  return items.map((item) => ({ sender: String(item.sender), days: postedIn(item) }))
}
