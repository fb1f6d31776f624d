/**
 * The ledger: what a session's models (reported by the model gateway) and messages (reported by the outbox) have cost.
 * One item a session, one write an action.
 */
import { type Lease, useReserved } from './lease.ts'
import { another, type ModelTrouble, type TroubleKind } from './model-trouble.ts'
import { add, addToDay, type Day, isEmpty, type Tally } from './tally.ts'
import { type Transition, transition, unchanged } from './transition.ts'

/** A model request that was admitted and is not settled yet. */
export interface InFlight {
  readonly job: string
  /** ms since the epoch. */
  readonly at: number
  /** What it may cost at most, in billionths of a dollar; absent without a budget in dollars. */
  readonly reserved?: number
  /** It is not admitted yet: it waits until others release what they reserved. */
  readonly waits?: true
  /** It has ended, and the next change of the ledger counts it. */
  readonly settled?: Settlement
}

/** How a request ended. */
export interface Settlement {
  readonly used: Tally
  /** ms since the epoch. */
  readonly at: number
  /** The model answered to the end. */
  readonly isAnswer?: boolean
}

/** The last request that did not fit into what a budget left: its run, and what it may cost at least. */
export interface RefusedRequest {
  readonly run: number
  readonly nanoUsd: number
}

interface JobUsage {
  readonly job: string
  readonly tally: Tally
  /** When its last request ended, ms since the epoch. Earlier versions did not keep it. */
  readonly at?: number
}

export interface Ledger {
  readonly total: Tally
  readonly days: readonly Day[]
  /** By request id. */
  readonly inFlight: Readonly<Record<string, InFlight>>
  /** Usage of the jobs that are not reported yet, and of some that are, oldest first. */
  readonly jobs: readonly JobUsage[]
  /** The latest deliveries that were counted, oldest first. Items written before SMS was added lack it. */
  readonly delivered?: readonly string[]
  readonly refused?: RefusedRequest
  readonly lease?: Lease
  /** Jobs whose last model requests failed, oldest first. */
  readonly troubles?: readonly { readonly job: string; readonly trouble: ModelTrouble }[]
}

export type LedgerTransition<Output> = Transition<Ledger, Output>

export const newLedger: Ledger = { total: {}, days: [], inFlight: {}, jobs: [] }

/** No request takes longer, because the gateway's function times out earlier. */
const LONGEST_MS = 16 * 60_000
const JOBS = 100
/** By then a leg is over, and its worker has its usage. */
const REPORTED_MS = 12 * 3_600_000
/** Enough to recognise a repeated delivery: the queue keeps a session's deliveries in order. */
const DELIVERIES = 20

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

/** Returns the model with the most output of a tally, or undefined if there is none. */
export function mainModel(tally: Tally): string | undefined {
  const outputs = Object.entries(tally).flatMap(([name, count = 0]) => {
    const model = /^model\.(?<model>.+)\.output$/.exec(name)?.groups?.model
    return model === undefined ? [] : [{ model, count }]
  })
  return outputs.sort((a, b) => b.count - a.count)[0]?.model
}

/** Jobs whose trouble is remembered. */
const TROUBLES = 20

/** Replaces the job's trouble, or removes it. */
export const withTrouble = (
  ledger: Ledger,
  job: string,
  trouble: ModelTrouble | undefined,
): Ledger => {
  const { troubles = [] } = ledger
  const others = troubles.filter((each) => each.job !== job)
  if (!trouble && others.length === troubles.length) return ledger
  return {
    ...ledger,
    troubles: [...others, ...(trouble ? [{ job, trouble }] : [])].slice(-TROUBLES),
  }
}

/** Returns the trouble that a job has with the model, or undefined. */
export const troubleOfJob = ({ troubles = [] }: Ledger, name: string): ModelTrouble | undefined =>
  troubles.find(({ job }) => job === name)?.trouble

/** Returns the last trouble that any job has, or undefined. */
export const lastTrouble = ({ troubles = [] }: Ledger): ModelTrouble | undefined =>
  troubles.at(-1)?.trouble

/** Records that a job's request, sent at `began`, fails or is not answered. Returns the job's trouble. */
export function recordTrouble(
  ledger: Ledger,
  job: string,
  kind: TroubleKind,
  times: { began: number; now: number },
): LedgerTransition<ModelTrouble> {
  const trouble = another(troubleOfJob(ledger, job), kind, times)
  return transition(withTrouble(ledger, job, trouble), trouble)
}

/**
 * Counts the usage of an admitted request and releases its reservation, once even if called again. An answer ends the
 * job's trouble. Returns whether this call counted it.
 */
export function settle(
  ledger: Ledger,
  id: string,
  used: Tally,
  now: number,
  isAnswer = false,
): LedgerTransition<boolean> {
  const { [id]: request, ...others } = ledger.inFlight
  if (!request) return unchanged(ledger, false)
  const calm = isAnswer ? withTrouble(ledger, request.job, undefined) : ledger
  const counted = useReserved(
    { ...count(calm, withVerification(used, request.job), now), inFlight: others },
    request,
    used,
    now,
  )
  const { job } = request
  const before = ledger.jobs.find((each) => each.job === job)?.tally ?? {}
  const kept = ledger.jobs.filter((each) => each.job !== job && isNeeded(each, job, now))
  const jobs = [...kept, { job, tally: add(before, used), at: now }].slice(-JOBS)
  return transition({ ...counted, jobs }, true)
}

/**
 * Whether the usage of another job may still be asked for when `current` goes on. The turn or the leg before it has been
 * reported, or it would not have begun. Every write of the item is charged by its size.
 */
function isNeeded({ job, at }: JobUsage, current: string, now: number): boolean {
  const [one, other] = [job, current].map((name) => UNIT.exec(name)?.groups ?? {})
  const isEarlier = one?.who === other?.who && Number(one?.leg) < Number(other?.leg)
  return !isEarlier && (at === undefined || at + REPORTED_MS > now)
}

const UNIT = /^(?<who>t|.+\.)(?<leg>\d+)#/

/** Counts the requests that have ended, in the order in which they did. */
export function countSettled(ledger: Ledger): Ledger {
  const ended = Object.entries(ledger.inFlight).flatMap(([id, { settled }]) =>
    settled ? [{ id, ...settled }] : [],
  )
  return ended
    .sort((a, b) => a.at - b.at)
    .reduce(
      (before, { id, used, at, isAnswer }) => settle(before, id, used, at, isAnswer).item,
      ledger,
    )
}

/** The cost of a verifier's job is also counted by itself. */
const withVerification = (used: Tally, job: string): Tally =>
  used.nanoUsd !== undefined && /^w\d+v\d+\./.test(job)
    ? { ...used, verificationNanoUsd: used.nanoUsd }
    : used

/** Counts the usage of a message to a person, once for each name. Returns whether this call counted it. */
export function countDelivery(
  ledger: Ledger,
  name: string,
  used: Tally,
  now: number,
): LedgerTransition<boolean> {
  const { delivered = [] } = ledger
  if (delivered.includes(name)) return unchanged(ledger, false)
  const counted = count(ledger, used, now)
  return transition({ ...counted, delivered: [...delivered, name].slice(-DELIVERIES) }, true)
}

const count = (ledger: Ledger, used: Tally, now: number): Ledger =>
  isEmpty(used)
    ? ledger
    : { ...ledger, total: add(ledger.total, used), days: addToDay(ledger.days, used, now) }

/**
 * Counts requests whose function died before settling them as unmetered. What they reserved counts as spent, because they
 * may have cost that much, and no budget may be passed.
 */
export function giveUpOld(ledger: Ledger, now: number): Ledger {
  const old = Object.entries(ledger.inFlight).filter(([, { at }]) => at + LONGEST_MS < now)
  return old.reduce((before, [id, request]) => giveUp(before, id, request, now), ledger)
}

function giveUp(ledger: Ledger, id: string, request: InFlight, now: number): Ledger {
  const { [id]: _, ...inFlight } = ledger.inFlight
  const { reserved = 0, waits } = request
  const used: Tally = waits ? {} : { unmetered: 1, ...(reserved > 0 && { nanoUsd: reserved }) }
  return useReserved({ ...count(ledger, used, now), inFlight }, request, used, now)
}
