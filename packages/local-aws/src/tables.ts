/** Creates the stack's tables, and deletes expired items. */
import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type GlobalSecondaryIndexDescription,
  paginateScan,
  ResourceNotFoundException,
  type TableDescription,
} from '@aws-sdk/client-dynamodb'
import type { Clock } from './clock.ts'
import type { Properties } from './resource-properties.ts'
import type { Declared } from './stack.ts'

export type Table = Declared<'AWS::DynamoDB::GlobalTable' | 'AWS::DynamoDB::Table'>

type TableProperties = Properties<'AWS::DynamoDB::Table'>

/** AWS takes up to days; a minute makes expiry visible. */
const sweepEveryMs = 60_000

/** Creates a table unless it exists. Throws if the existing one has other keys or indexes. */
export async function createTable(
  client: DynamoDBClient,
  { name, properties }: Table,
): Promise<void> {
  const wanted = keyDescription(properties)
  const existing = await describe(client, name)
  if (existing && keyDescription(existing) === wanted) return
  if (existing) {
    throw new Error(
      `Table ${name} has other keys or indexes than the template, and they cannot be changed on one machine: remove its state folder to start afresh. It has ${keyDescription(existing)}; the template has ${wanted}.`,
    )
  }
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

async function describe(
  client: DynamoDBClient,
  name: string,
): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

type IndexList = 'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes'

/** DynamoDB refuses an empty list of indexes. */
function indexes(list: IndexList, properties: TableProperties) {
  const found = properties[list].map(({ IndexName, KeySchema, Projection }) => ({
    IndexName,
    KeySchema,
    Projection,
  }))
  return found.length === 0 ? {} : { [list]: found }
}

/** The properties that a template's table and an existing one have in common. */
type Keys = Pick<TableDescription, 'KeySchema' | 'AttributeDefinitions'> & {
  [list in IndexList]?: readonly Index[] | undefined
}

type Index = Pick<GlobalSecondaryIndexDescription, 'IndexName' | 'KeySchema' | 'Projection'>

/** Returns keys and indexes in one line, in the same form for a template's table and an existing one. */
function keyDescription(table: Keys): string {
  const types = new Map(table.AttributeDefinitions?.map((a) => [a.AttributeName, a.AttributeType]))
  const keys = (schema: TableDescription['KeySchema'] = []) =>
    schema.map((key) => `${key.AttributeName} (${types.get(key.AttributeName)})`).join(', ')
  const secondary = [
    ...(table.GlobalSecondaryIndexes ?? []),
    ...(table.LocalSecondaryIndexes ?? []),
  ]
    .map(({ IndexName, KeySchema, Projection }) => {
      const attributes = [...(Projection?.NonKeyAttributes ?? [])].sort()
      return `${IndexName}: ${keys(KeySchema)} with ${[Projection?.ProjectionType, ...attributes].join(' ')}`
    })
    .sort()
  return [`keys ${keys(table.KeySchema)}`, ...secondary].join('; ')
}
