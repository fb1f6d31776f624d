/**
 * The ledger: what a session's models (reported by the model gateway) and messages (reported by the outbox) have cost.
 * One item a session, one write an action.
 */
import type { ExceededBudget } from './budget.ts'
import { add, addToDay, type Day, type Tally } from './tally.ts'
import { type Transition, transition, unchanged } from './transition.ts'

/** A model request that was admitted and is not settled yet. */
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
  /** Usage of the latest jobs, oldest first. */
  readonly jobs: readonly { readonly job: string; readonly tally: Tally }[]
  /** The latest deliveries that were counted, oldest first. Items written before SMS was added lack it. */
  readonly delivered?: readonly string[]
}

export type LedgerStep<Output> = Transition<Ledger, Output>

export const newLedger: Ledger = { total: {}, days: [], inFlight: {}, jobs: [] }

/** No request takes longer, because the gateway's function times out earlier. */
const LONGEST_MS = 16 * 60_000
const JOBS = 100
/** Enough to recognise a repeated delivery: repeats arrive before many newer deliveries of their session. */
const DELIVERIES = 100

/** The name of a job in the ledger: its turn or leg, then its job number. */
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

/** Returns the usage of all jobs of a turn (without `worker`) or of a leg. */
export const usedBy = ({ jobs }: Ledger, worker: string | undefined, leg: number): Tally =>
  add(
    ...jobs
      .filter(({ job }) => job.startsWith(`${unitOf(worker, leg)}#`))
      .map(({ tally }) => tally),
  )

/** Requests that one job may have under way. It bounds how far a budget can be overrun. */
const AT_ONCE = 16

/**
 * Admits a model request. Returns the exceeded budget if `overOf` finds one in what was settled so far, or `busy` if the
 * job already has the maximum number of requests under way.
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

/** Counts the usage of an admitted request, once even if called again. Returns whether this call counted it. */
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

/** Counts the usage of a message to a person, once for each name. Returns whether this call counted it. */
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

/** Counts requests whose function died before settling them as unmetered. */
function giveUpOld(ledger: Ledger, now: number): Ledger {
  const all = Object.entries(ledger.inFlight)
  const old = all.filter(([, { at }]) => at + LONGEST_MS < now)
  if (old.length === 0) return ledger
  const inFlight = Object.fromEntries(all.filter((entry) => !old.includes(entry)))
  return { ...count(ledger, { unmetered: old.length }, now), inFlight }
}
