/** The ledgers: what the models of each session have cost, one item a session in the Usage table. */
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { type Ledger, newLedger } from '../core/ledger.ts'
import type { Transition } from '../core/transition.ts'
import { compareAndSwap, dynamo } from './dynamo.ts'
import { env } from './environment.ts'

const ledgerKey = (sessionId: string) => ({ scope: `session#${sessionId}`, part: 0 })

/** All workers of a session write to its ledger at once, and what an answer cost is told once: some seconds of trying. */
const MANY = 40

/** Applies an action to a session's ledger; one that is not there begins. */
export async function changeLedger<Answer>(
  sessionId: string,
  action: (ledger: Ledger) => Transition<Ledger, Answer>,
): Promise<Transition<Ledger, Answer>> {
  const changed = await compareAndSwap<Ledger, Answer>(
    { table: env('USAGE_TABLE'), key: ledgerKey(sessionId) },
    action,
    () => newLedger,
    MANY,
  )
  if (!changed) throw new Error('a ledger that begins is never absent')
  return changed
}

/** A consistent read. */
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
