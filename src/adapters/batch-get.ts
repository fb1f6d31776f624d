/** Reads many items by key. */
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb'
import { dynamo } from './dynamo.ts'

type Attributes = Readonly<Record<string, unknown>>

/**
 * Returns the items that exist, in no order; at most 100 keys. `names` are the attributes to read, by default all. One request, and
 * further ones only if the items exceed 16 MB. Reads are eventually consistent, unless `consistent` is set.
 */
export async function batchGet(
  table: string,
  keys: readonly Attributes[],
  names?: readonly string[],
  { consistent = false } = {},
): Promise<readonly Attributes[]> {
  const placeholders = Object.fromEntries((names ?? []).map((name, i) => [`#a${i}`, name]))
  const projection = names && {
    ProjectionExpression: Object.keys(placeholders).join(', '),
    ExpressionAttributeNames: placeholders,
  }
  const found = await requestAll({
    [table]: { Keys: [...keys], ConsistentRead: consistent, ...projection },
  })
  return found[table] ?? []
}

/** Returns items of several tables that exist, by table, each as of a consistent read. At most 100 keys; one request. */
export const batchGetConsistent = (
  keys: Readonly<Record<string, readonly Attributes[]>>,
): Promise<Readonly<Record<string, readonly Attributes[]>>> =>
  requestAll(
    Object.fromEntries(
      Object.entries(keys).map(([table, each]) => [
        table,
        { Keys: [...each], ConsistentRead: true },
      ]),
    ),
  )

type RequestItems = Record<string, { Keys: Record<string, unknown>[]; ConsistentRead?: boolean }>

async function requestAll(request: RequestItems): Promise<Record<string, readonly Attributes[]>> {
  const found: Record<string, Attributes[]> = {}
  // DynamoDB refuses a table without keys.
  const wanted = Object.entries(request).filter(([, { Keys }]) => Keys.length > 0)
  for (let left = Object.fromEntries(wanted); Object.keys(left).length > 0; ) {
    const { Responses = {}, UnprocessedKeys } = await dynamo.send(
      new BatchGetCommand({ RequestItems: left }),
    )
    for (const [table, items] of Object.entries(Responses))
      found[table] = [...(found[table] ?? []), ...items]
    left = (UnprocessedKeys ?? {}) as RequestItems
  }
  return found
}
