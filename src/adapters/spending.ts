/** Reads what decides on a model request or a turn, in one request: the job's items, the ledger, and today's totals for budgets. */
import { type Ledger, newLedger } from '../core/ledger.ts'
import type { Session } from '../core/session.ts'
import type { Worker } from '../core/worker.ts'
import { batchGetConsistent } from './batch-get.ts'
import {
  type BudgetTotals,
  budgetKeys,
  budgetTotalsIn,
  type WantedTotals,
} from './budget-totals.ts'
import { itemFrom } from './dynamo.ts'
import { env } from './environment.ts'
import { ledgerKey } from './ledgers.ts'
import { sessionNames, workerNames } from './stored-names.ts'

export interface Spending {
  /** As it is stored, so that a change may start from it: requests that have ended may not be counted yet. */
  readonly ledger: Ledger
  readonly totals: BudgetTotals
}

export interface JobItems extends Spending {
  /** Undefined if there is none, or it was deleted. */
  readonly session: Session | undefined
  readonly worker: Worker | undefined
}

type Items = readonly Readonly<Record<string, unknown>>[]

const usageKeys = (sessionId: string, wanted: WantedTotals) =>
  [ledgerKey(sessionId), ...budgetKeys(wanted)].map((key) => ({ ...key }))

function spendingIn(items: Items, sessionId: string, wanted: WantedTotals): Spending {
  const ledger = items.find(({ scope }) => scope === ledgerKey(sessionId).scope)
  return {
    ledger: ledger ? itemFrom<Ledger>(ledger) : newLedger,
    totals: budgetTotalsIn(items, wanted),
  }
}

/** Reads a session's ledger and today's totals. */
export async function readSpending(sessionId: string, wanted: WantedTotals): Promise<Spending> {
  const table = env('USAGE_TABLE')
  const found = await batchGetConsistent({ [table]: usageKeys(sessionId, wanted) })
  return spendingIn(found[table] ?? [], sessionId, wanted)
}

/** Reads the same, and the items of a job: its session, and its worker if it has one. */
export async function readJobItems(
  { sessionId, workerId }: { readonly sessionId: string; readonly workerId: string | undefined },
  wanted: WantedTotals,
): Promise<JobItems> {
  const [usage, sessions, workers] = [
    env('USAGE_TABLE'),
    env('SESSIONS_TABLE'),
    env('WORKERS_TABLE'),
  ]
  const found = await batchGetConsistent({
    [usage]: usageKeys(sessionId, wanted),
    [sessions]: [{ sessionId }],
    ...(workerId !== undefined && { [workers]: [{ sessionId, workerId }] }),
  })
  const [session] = found[sessions] ?? []
  const [worker] = found[workers] ?? []
  return {
    ...spendingIn(found[usage] ?? [], sessionId, wanted),
    session: session && !session.deleted ? itemFrom(session, sessionNames) : undefined,
    worker: worker && itemFrom(worker, workerNames),
  }
}
