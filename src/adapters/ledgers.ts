/** Ledgers: what each session's models and messages have cost, one item per session in the Usage table. */
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { type Ledger, newLedger } from '../core/ledger.ts'
import type { Transition } from '../core/transition.ts'
import { compareAndSwap, dynamo } from './dynamo.ts'
import { env } from './environment.ts'

const ledgerKey = (sessionId: string) => ({ scope: `session#${sessionId}`, part: 0 })

/**
 * Some seconds of attempts, because all workers of a session write to its ledger at once and a response's cost is
 * reported only once.
 */
const MANY = 40

/** Applies an action to a session's ledger, which is created if it does not exist. */
export async function changeLedger<Output>(
  sessionId: string,
  action: (ledger: Ledger) => Transition<Ledger, Output>,
): Promise<Transition<Ledger, Output>> {
  const changed = await compareAndSwap<Ledger, Output>(
    { table: env('USAGE_TABLE'), key: ledgerKey(sessionId) },
    action,
    () => newLedger,
    MANY,
  )
  if (!changed) throw new Error('a ledger that begins is never absent')
  return changed
}

/** Returns a session's ledger (consistent read). */
export async function readLedger(sessionId: string): Promise<Ledger> {
  const { Item } = await dynamo.send(
    new GetCommand({
      TableName: env('USAGE_TABLE'),
      Key: ledgerKey(sessionId),
      ConsistentRead: true,
    }),
  )
  return (Item as Ledger | undefined) ?? newLedger
}
