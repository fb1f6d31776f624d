/** The Workers table: one item per worker. */
import { DeleteCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Transition } from '../core/transition.ts'
import { LISTED, type Listed } from '../core/views.ts'
import type { Worker } from '../core/worker.ts'
import { batchGet } from './batch-get.ts'
import { compareAndSwap, dynamo, insertItem, readItem } from './dynamo.ts'
import { env } from './environment.ts'
import { queryAll } from './query-all.ts'
import { workerNames } from './stored-names.ts'

const stored = ({ sessionId, workerId }: { sessionId: string; workerId: string }) => ({
  table: env('WORKERS_TABLE'),
  key: { sessionId, workerId },
  names: workerNames,
})

/**
 * Applies an action to a worker, given by its key or as it was last read or written: then it is read again only if
 * another writer came first. Returns undefined if there is no such worker.
 */
export const changeWorker = <Output>(
  worker: Pick<Worker, 'sessionId' | 'workerId'>,
  action: (worker: Worker) => Transition<Worker, Output>,
) => compareAndSwap<Worker, Output>(stored(worker), action, undefined, undefined, worker as Worker)

/** Stores a worker unless it already exists. Returns the stored one. */
export const spawnWorker = async (worker: Worker): Promise<Worker> => {
  const { sessionId, workerId } = worker
  if (await insertItem(stored({ sessionId, workerId }), worker)) return worker
  return (await readWorker(sessionId, workerId)) ?? worker
}

/** Returns a worker (consistent read), or undefined if there is none. */
export async function readWorker(sessionId: string, workerId: string): Promise<Worker | undefined> {
  return readItem(stored({ sessionId, workerId }))
}

/**
 * Returns the latest workers of a session, newest first, in one request. Their ids are counted down from `last`, because
 * ids sort as text (`w10` before `w9`).
 */
export async function latestWorkers(
  sessionId: string,
  last: number,
  count: number,
): Promise<readonly Listed[]> {
  const ids = Array.from({ length: Math.min(last, count) }, (_, i) => `w${last - i}`)
  const keys = ids.map((workerId) => ({ sessionId, workerId }))
  const found = (await batchGet(
    env('WORKERS_TABLE'),
    keys,
    Object.keys(LISTED),
  )) as unknown as Listed[]
  return ids.flatMap((id) => found.find(({ workerId }) => workerId === id) ?? [])
}

/** Returns all workers of a session, oldest first. */
export async function sessionWorkers(sessionId: string): Promise<readonly Worker[]> {
  const items = await workersAndVerifiers(sessionId)
  return items
    .filter(({ verifies }) => verifies === undefined)
    .sort((a, b) => Number(a.workerId.slice(1)) - Number(b.workerId.slice(1)))
}

/** Returns all workers of a session and the verifiers of their legs, by id. */
export async function workersAndVerifiers(sessionId: string): Promise<readonly Worker[]> {
  const items = queryAll({
    TableName: env('WORKERS_TABLE'),
    KeyConditionExpression: 'sessionId = :session',
    ExpressionAttributeValues: { ':session': sessionId },
    ConsistentRead: true,
  })
  return Array.fromAsync(items, (item) => workerNames.read({ ...item }))
}

/** Deletes workers that have ended. */
export async function deleteWorkers(workers: readonly Worker[]): Promise<void> {
  for (const { sessionId, workerId } of workers)
    await dynamo.send(
      new DeleteCommand({ TableName: env('WORKERS_TABLE'), Key: { sessionId, workerId } }),
    )
}

export interface WorkerPage {
  readonly workers: readonly Worker[]
  /** Where the next page starts. Absent on the last page. */
  readonly next?: Readonly<Record<string, unknown>>
}

/** Counts the live workers in one request. If the index exceeds a megabyte, the count is a lower bound. */
export async function countLiveWorkers(): Promise<number> {
  const { Count = 0 } = await dynamo.send(
    new QueryCommand({
      TableName: env('WORKERS_TABLE'),
      IndexName: 'live',
      KeyConditionExpression: 'live = :live',
      ExpressionAttributeValues: { ':live': 'live' },
      Select: 'COUNT',
    }),
  )
  return Count
}

/** Returns one page of the live workers (or verifiers) of all sessions, latest first (eventually consistent). */
export async function liveWorkers(
  limit: number,
  start?: WorkerPage['next'],
  which: NonNullable<Worker['live']> = 'live',
): Promise<WorkerPage> {
  const { Items = [], LastEvaluatedKey } = await dynamo.send(
    new QueryCommand({
      TableName: env('WORKERS_TABLE'),
      IndexName: 'live',
      KeyConditionExpression: 'live = :live',
      ExpressionAttributeValues: { ':live': which },
      ScanIndexForward: false,
      Limit: limit,
      ExclusiveStartKey: start,
    }),
  )
  return {
    workers: Items.map(workerNames.read),
    ...(LastEvaluatedKey && { next: LastEvaluatedKey }),
  }
}
