/** The Workers table: one item a worker. */
import { BatchGetCommand, DeleteCommand, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Transition } from '../core/transition.ts'
import { LISTED, type Listed } from '../core/views.ts'
import type { Worker } from '../core/worker.ts'
import { dynamo, swap } from './dynamo.ts'
import { variable } from './environment.ts'

/** Applies an action to a worker; undefined when there is no such worker. */
export const changeWorker = <Answer>(
  key: { sessionId: string; workerId: string },
  action: (worker: Worker) => Transition<Worker, Answer>,
) => swap<Worker, Answer>(variable('WORKERS_TABLE'), { ...key }, action)

/** Puts a worker unless it is there already. */
export const spawnWorker = async (worker: Worker): Promise<void> => {
  const { sessionId, workerId } = worker
  await swap<Worker, void>(
    variable('WORKERS_TABLE'),
    { sessionId, workerId },
    (item) => ({ item, answer: undefined }),
    () => worker,
  )
}

/** A consistent read. */
export async function readWorker(sessionId: string, workerId: string): Promise<Worker | undefined> {
  const { Item } = await dynamo.send(
    new GetCommand({
      TableName: variable('WORKERS_TABLE'),
      Key: { sessionId, workerId },
      ConsistentRead: true,
    }),
  )
  return Item as Worker | undefined
}

/**
 * The latest workers of a session, newest first, by the number of its last one: their ids sort as text, `w10` before
 * `w9`. One request.
 */
export async function latestWorkers(
  sessionId: string,
  last: number,
  count: number,
): Promise<readonly Listed[]> {
  const ids = Array.from({ length: Math.min(last, count) }, (_, i) => `w${last - i}`)
  if (ids.length === 0) return []
  const table = variable('WORKERS_TABLE')
  const { Responses } = await dynamo.send(
    new BatchGetCommand({
      RequestItems: {
        [table]: {
          Keys: ids.map((workerId) => ({ sessionId, workerId })),
          ProjectionExpression: Object.keys(LISTED)
            .map((_, i) => `#a${i}`)
            .join(', '),
          ExpressionAttributeNames: Object.fromEntries(
            Object.keys(LISTED).map((name, i) => [`#a${i}`, name]),
          ),
        },
      },
    }),
  )
  const found = (Responses?.[table] ?? []) as Listed[]
  return ids.flatMap((id) => found.find(({ workerId }) => workerId === id) ?? [])
}

/** Every worker of a session, oldest first. */
export async function sessionWorkers(sessionId: string): Promise<readonly Worker[]> {
  const workers: Worker[] = []
  let start: Record<string, unknown> | undefined
  do {
    const { Items = [], LastEvaluatedKey } = await dynamo.send(
      new QueryCommand({
        TableName: variable('WORKERS_TABLE'),
        KeyConditionExpression: 'sessionId = :session',
        ExpressionAttributeValues: { ':session': sessionId },
        ExclusiveStartKey: start,
        ConsistentRead: true,
      }),
    )
    workers.push(...(Items as Worker[]))
    start = LastEvaluatedKey
  } while (start)
  return workers.sort((a, b) => Number(a.workerId.slice(1)) - Number(b.workerId.slice(1)))
}

/** Forgets them; they must have ended before. */
export async function deleteWorkers(workers: readonly Worker[]): Promise<void> {
  for (const { sessionId, workerId } of workers)
    await dynamo.send(
      new DeleteCommand({ TableName: variable('WORKERS_TABLE'), Key: { sessionId, workerId } }),
    )
}

export interface Page {
  readonly workers: readonly Worker[]
  /** Where the next page begins; absent on the last. */
  readonly next?: Readonly<Record<string, unknown>>
}

/** How many workers live, counted in one request: beyond a megabyte of them in the index it is a lower bound. */
export async function countLiveWorkers(): Promise<number> {
  const { Count = 0 } = await dynamo.send(
    new QueryCommand({
      TableName: variable('WORKERS_TABLE'),
      IndexName: 'live',
      KeyConditionExpression: 'live = :live',
      ExpressionAttributeValues: { ':live': 'live' },
      Select: 'COUNT',
    }),
  )
  return Count
}

/** Live workers of all sessions, the latest started first; eventually consistent. */
export async function liveWorkers(limit: number, start?: Page['next']): Promise<Page> {
  const { Items = [], LastEvaluatedKey } = await dynamo.send(
    new QueryCommand({
      TableName: variable('WORKERS_TABLE'),
      IndexName: 'live',
      KeyConditionExpression: 'live = :live',
      ExpressionAttributeValues: { ':live': 'live' },
      ScanIndexForward: false,
      Limit: limit,
      ExclusiveStartKey: start,
    }),
  )
  return { workers: Items as Worker[], ...(LastEvaluatedKey && { next: LastEvaluatedKey }) }
}
