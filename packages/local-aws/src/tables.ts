/** Creates the stack's tables, and deletes expired items. */
import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  paginateScan,
  ResourceNotFoundException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import type { Clock } from './clock.ts'
import type { Properties } from './resource-properties.ts'
import type { Declared, Stack } from './stack.ts'

export type Table = Declared<'AWS::DynamoDB::GlobalTable' | 'AWS::DynamoDB::Table'>

type TableProperties = Properties<'AWS::DynamoDB::Table'>

/** Returns the tables of a stack, of both types. */
export const stackTables = (stack: Stack): Table[] => [
  ...stack.all('AWS::DynamoDB::GlobalTable'),
  ...stack.all('AWS::DynamoDB::Table'),
]

/** AWS takes up to days; a minute makes expiry visible. */
const sweepEveryMs = 60_000

/** Creates a table unless it exists. Resolves when it can be used. */
export async function createTable(
  client: DynamoDBClient,
  { name, properties }: Table,
): Promise<void> {
  if (await exists(client, name)) return
  const { KeySchema, AttributeDefinitions, BillingMode } = properties
  await client.send(
    new CreateTableCommand({
      TableName: name,
      KeySchema,
      AttributeDefinitions,
      BillingMode,
      ...indexes('GlobalSecondaryIndexes', properties),
      ...indexes('LocalSecondaryIndexes', properties),
    }),
  )
  const wait = { client, minDelay: 1, maxDelay: 1, maxWaitTime: 30 }
  await waitUntilTableExists(wait, { TableName: name })
}

/** Deletes expired items of a table every minute of `clock`. Returns a function that stops it. */
export function sweepExpired(
  client: DynamoDBClient,
  { name, properties }: Table,
  clock: Clock,
  log: (line: string) => void,
): () => void {
  const { AttributeName, Enabled } = properties.TimeToLiveSpecification ?? { Enabled: false }
  if (!Enabled || AttributeName === undefined) return () => {}
  const keys = properties.KeySchema.map((key) => key.AttributeName)
  const again = () =>
    clock.after(sweepEveryMs, () => {
      deleteExpired(client, name, AttributeName, keys, clock)
        .catch((error) => log(`Time to live of ${name}: ${error}`))
        .finally(() => {
          if (!ended) cancel = again()
        })
    })
  let ended = false
  let cancel = again()
  return () => {
    ended = true
    cancel()
  }
}

async function deleteExpired(
  client: DynamoDBClient,
  TableName: string,
  attribute: string,
  keys: string[],
  clock: Clock,
): Promise<void> {
  const expired = {
    ExpressionAttributeNames: { '#ttl': attribute },
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(clock.now() / 1000)) } },
  }
  const condition = '#ttl < :now'
  const pages = paginateScan({ client }, { TableName, FilterExpression: condition, ...expired })
  for await (const { Items = [] } of pages) {
    for (const item of Items) {
      const Key = Object.fromEntries(Object.entries(item).filter(([field]) => keys.includes(field)))
      // Conditional, because the item's expiry may have been extended since it was read.
      await client
        .send(new DeleteItemCommand({ TableName, Key, ConditionExpression: condition, ...expired }))
        .catch((error) => {
          if (error.name !== 'ConditionalCheckFailedException') throw error
        })
    }
  }
}

async function exists(client: DynamoDBClient, name: string): Promise<boolean> {
  try {
    await client.send(new DescribeTableCommand({ TableName: name }))
    return true
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false
    throw error
  }
}

/** DynamoDB refuses an empty list of indexes. */
function indexes(
  list: 'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes',
  properties: TableProperties,
) {
  const found = properties[list].map(({ IndexName, KeySchema, Projection }) => ({
    IndexName,
    KeySchema,
    Projection,
  }))
  return found.length === 0 ? {} : { [list]: found }
}
