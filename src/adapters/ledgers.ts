/** Ledgers: what each session's models and messages have cost, one item per session in the Usage table. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Lease } from '../core/lease.ts'
import { countSettled, type Ledger, newLedger, type Settlement } from '../core/ledger.ts'
import type { Transition } from '../core/transition.ts'
import { compareAndSwap, dynamo, itemFrom, readItem } from './dynamo.ts'
import { env } from './environment.ts'

export const ledgerKey = (sessionId: string) => ({ scope: `session#${sessionId}`, part: 0 })

const stored = (sessionId: string) => ({ table: env('USAGE_TABLE'), key: ledgerKey(sessionId) })

/**
 * Some seconds of attempts, because all workers of a session write to its ledger at once and a response's cost is
 * reported only once.
 */
const MANY = 40

/**
 * Applies an action to a session's ledger, which is created if it does not exist. The action sees every request that has ended
 * as counted. `known` is the ledger as it was read: then the first attempt does not read it again.
 */
export async function changeLedger<Output>(
  sessionId: string,
  action: (ledger: Ledger) => Transition<Ledger, Output>,
  known?: Ledger,
): Promise<Transition<Ledger, Output>> {
  const changed = await compareAndSwap<Ledger, Output>(
    stored(sessionId),
    (ledger) => action(countSettled(ledger)),
    () => newLedger,
    MANY,
    known,
  )
  if (!changed) throw new Error('a ledger that begins is never absent')
  return changed
}

/** Returns a session's ledger (consistent read). Every request that has ended is counted. */
export const readLedger = async (sessionId: string): Promise<Ledger> =>
  countSettled((await readItem<Ledger>(stored(sessionId))) ?? newLedger)

/**
 * Records that a request has ended, once even if called again. One write without a read, which loses no race. Returns the
 * ledger as it is stored then; `countSettled` counts the request. `lease` is what the request's claim has become.
 */
export async function settleRequest(
  sessionId: string,
  id: string,
  settled: Settlement,
  lease?: Lease,
): Promise<Ledger> {
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: env('USAGE_TABLE'),
        Key: ledgerKey(sessionId),
        UpdateExpression: `SET inFlight.#id.settled = :settled, version = version + :one${lease ? ', lease = :lease' : ''}`,
        // A request that was given up, or is settled already, is not there.
        ConditionExpression:
          'attribute_exists(inFlight.#id) AND attribute_not_exists(inFlight.#id.settled)',
        ExpressionAttributeNames: { '#id': id },
        ExpressionAttributeValues: {
          ':settled': settled,
          ':one': 1,
          ...(lease && { ':lease': lease }),
        },
        ReturnValues: 'ALL_NEW',
      }),
    )
    return itemFrom(Attributes ?? {})
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
    return readLedger(sessionId)
  }
}
