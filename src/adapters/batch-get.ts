/** Reads many items of a table by key. */
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
  const items: Attributes[] = []
  const placeholders = Object.fromEntries((names ?? []).map((name, i) => [`#a${i}`, name]))
  const projection = names && {
    ProjectionExpression: Object.keys(placeholders).join(', '),
    ExpressionAttributeNames: placeholders,
  }
  for (let left = keys; left.length > 0; ) {
    const { Responses, UnprocessedKeys } = await dynamo.send(
      new BatchGetCommand({
        RequestItems: { [table]: { Keys: [...left], ConsistentRead: consistent, ...projection } },
      }),
    )
    items.push(...(Responses?.[table] ?? []))
    left = UnprocessedKeys?.[table]?.Keys ?? []
  }
  return items
}
