/**
 * The ledger: what a session has cost elsewhere, of models as the gateway says and of messages as the outbox does, one item
 * a session and one write an action.
 */
import type { ExceededBudget } from './budget.ts'
import { add, addToDay, type Day, type Tally } from './tally.ts'
import { type Transition, transition, unchanged } from './transition.ts'

/** An answer under way: admitted, not yet settled. */
export interface InFlight {
  readonly job: string
  /** ms since the epoch. */
  readonly at: number
}

export interface Ledger {
  readonly total: Tally
  readonly days: readonly Day[]
  /** By request id. */
  readonly inFlight: Readonly<Record<string, InFlight>>
  /** What the latest jobs used, the oldest first. */
  readonly jobs: readonly { readonly job: string; readonly tally: Tally }[]
  /** The latest deliveries that were counted, the oldest first. Absent in what was written before there was SMS. */
  readonly delivered?: readonly string[]
}

export type LedgerStep<Answer> = Transition<Ledger, Answer>

export const newLedger: Ledger = { total: {}, days: [], inFlight: {}, jobs: [] }

/** No answer takes longer: the gateway's function is ended before. */
const LONGEST_MS = 16 * 60_000
const JOBS = 100
/** A delivery comes again, if at all, before the next ones of its session. */
const DELIVERIES = 100

/** The name of a job in the ledger: its turn or leg, and its number. */
export const jobName = ({
  worker,
  leg,
  job,
}: {
  worker?: string | undefined
  leg: number
  job: number
}) => `${unitOf(worker, leg)}#${job}`

const unitOf = (worker: string | undefined, leg: number) =>
  worker === undefined ? `t${leg}` : `${worker}.${leg}`

/** What all jobs of a turn (without `worker`) or leg have used. */
export const usedBy = ({ jobs }: Ledger, worker: string | undefined, leg: number): Tally =>
  add(
    ...jobs
      .filter(({ job }) => job.startsWith(`${unitOf(worker, leg)}#`))
      .map(({ tally }) => tally),
  )

/** Requests that one job may have under way: what a limit may be passed by has a bound. */
const AT_ONCE = 16

/**
 * A request is let through (`admitted`) unless `overOf` finds a budget used up by what was settled so far: then answers
 * which. `busy`: its job has as many under way as it may.
 */
export function admit(
  ledger: Ledger,
  { id, job, now }: { id: string; job: string; now: number },
  overOf: (spent: Tally) => ExceededBudget | undefined,
): LedgerStep<'admitted' | 'busy' | ExceededBudget> {
  const current = giveUpOld(ledger, now)
  const over = overOf(current.total)
  if (over) return transition(current, over)
  const underWay = Object.values(current.inFlight).filter((request) => request.job === job)
  if (underWay.length >= AT_ONCE) return transition(current, 'busy')
  const inFlight = { ...current.inFlight, [id]: { job, at: now } }
  return transition({ ...current, inFlight }, 'admitted')
}

/** What an admitted request has used; settled once, however often this is called. Answers whether it was now. */
export function settle(ledger: Ledger, id: string, used: Tally, now: number): LedgerStep<boolean> {
  const { [id]: request, ...others } = ledger.inFlight
  if (!request) return unchanged(ledger, false)
  const counted = count(ledger, used, now)
  const before = ledger.jobs.find(({ job }) => job === request.job)?.tally ?? {}
  const jobs = [
    ...ledger.jobs.filter(({ job }) => job !== request.job),
    { job: request.job, tally: add(before, used) },
  ].slice(-JOBS)
  return transition({ ...counted, inFlight: others, jobs }, true)
}

/** What a message to a person has used; counted once by its name, however often this is called. */
export function countDelivery(
  ledger: Ledger,
  name: string,
  used: Tally,
  now: number,
): LedgerStep<boolean> {
  const { delivered = [] } = ledger
  if (delivered.includes(name)) return unchanged(ledger, false)
  const counted = count(ledger, used, now)
  return transition({ ...counted, delivered: [...delivered, name].slice(-DELIVERIES) }, true)
}

const count = (ledger: Ledger, used: Tally, now: number): Ledger => ({
  ...ledger,
  total: add(ledger.total, used),
  days: addToDay(ledger.days, used, now),
})

/** Requests whose function died before it settled them are counted as what they are: unknown. */
function giveUpOld(ledger: Ledger, now: number): Ledger {
  const all = Object.entries(ledger.inFlight)
  const old = all.filter(([, { at }]) => at + LONGEST_MS < now)
  if (old.length === 0) return ledger
  const inFlight = Object.fromEntries(all.filter((entry) => !old.includes(entry)))
  return { ...count(ledger, { unmetered: old.length }, now), inFlight }
}
