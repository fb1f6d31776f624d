/**
 * Posts what sessions have used to the totals of days, in the Usage table. They form a tree in which each node posts its *whole*
 * count to its parent, under its own name. A repeated posting changes nothing, the next posting makes up for a lost one,
 * and an older one never replaces a newer one. What is shown is derived from the parts of days (daily-totals.ts).
 */

import { underWayOn } from '../core/lease.ts'
import type { Ledger } from '../core/ledger.ts'
import { countOf, type Posted, partCount, sum } from '../core/posted-count.ts'
import { DAY_MS, type Day, dateOf, isEmpty } from '../core/tally.ts'
import type { BudgetTotals } from './budget-totals.ts'
import { rollUp } from './daily-totals.ts'
import { dayScope, nameOf, partOf, whole } from './day-parts.ts'
import { postTo, tryToPost } from './posted-totals.ts'

/** `part`: it is shown, and budgets learn of it when they look. `whole`: budgets know of it at once. */
export type Reach = 'part' | 'whole'

export interface Posting {
  readonly sessionId: string
  readonly sender: string
  /** The latest days of the session's item, and its ledger. */
  readonly session?: readonly Day[]
  readonly ledger?: Pick<Ledger, 'days' | 'inFlight'>
  /** Whether a run is open, which may use what the ledger has reserved. */
  readonly isOpen: boolean
  /** How far they go in the day of all senders, and in that of the sender. */
  readonly to: { readonly day?: Reach | undefined; readonly sender?: Reach | undefined }
}

/** Posts a session's counts of its latest days. Returns today's totals, as far as the counts have reached them. */
export async function post(posting: Posting): Promise<BudgetTotals> {
  const { sessionId, sender, to } = posting
  const now = Date.now()
  const [today, yesterday] = [dateOf(now), dateOf(now - DAY_MS)]
  const part = partOf(sessionId)
  const total = { day: {}, sender: {} }
  const postDay = async (date: string, name: 'day' | 'sender') => {
    const scope = dayScope(date, name === 'sender' ? sender : undefined)
    const counts = countsOn(date, posting)
    // Most sessions have posted earlier days before.
    const posted =
      date === today
        ? await postTo({ scope, part }, counts)
        : await tryToPost({ scope, part }, counts, { onlyNewer: true })
    if (!posted) return
    if (to[name] === 'whole') {
      const all = await postTo(whole(scope), { [nameOf(part)]: partCount(posted) })
      if (date === today) total[name] = sum(all)
    }
    // The sweep rolls up today and yesterday only.
    if (name === 'day' && date < yesterday) await rollUp(date)
  }
  const scopes = (['day', 'sender'] as const).filter((name) => to[name])
  await Promise.all(datesIn(posting).flatMap((date) => scopes.map((name) => postDay(date, name))))
  return total
}

const datesIn = ({ session = [], ledger }: Posting): readonly string[] => {
  const days = [...session, ...(ledger?.days ?? [])]
  return [...new Set(days.filter(({ tally }) => !isEmpty(tally)).map(({ date }) => date))]
}

function countsOn(date: string, posting: Posting): Posted {
  const { sessionId, sender, session = [], ledger, isOpen } = posting
  const on = (days: readonly Day[]) => days.find((day) => day.date === date)?.tally ?? {}
  const keeps = ledger && !isOpen ? { keeps: underWayOn(ledger, date) } : {}
  const counts = {
    [`session ${sessionId}`]: { ...countOf(on(session)), sender },
    [`ledger ${sessionId}`]: { ...countOf(on(ledger?.days ?? [])), sender, ...keeps },
  }
  return Object.fromEntries(Object.entries(counts).filter(([, { tally }]) => !isEmpty(tally)))
}
