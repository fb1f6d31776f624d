/** Finds the capacity units of every request to DynamoDB, without delaying the function that sends it. */
import {
  BatchGetItemCommand,
  type ConsumedCapacity,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import type { FunctionCall, Intercept, LocalAws } from '../../packages/local-aws/src/index.ts'
import type { Item } from './item-size.ts'
import { type Index, writeUnits } from './write-units.ts'

interface Units {
  readonly read: number
  readonly write: number
}

export interface CapacityMeter {
  readonly around: Intercept
  /** Starts recording. */
  attach(aws: LocalAws): void
  /** Returns the units of requests by their bodies, once all are known. */
  unitsOf(bodies: readonly Buffer[]): Promise<Units>
}

const NOTHING: Units = { read: 0, write: 0 }

export function capacityMeter(): CapacityMeter {
  const units = new Map<Buffer, Promise<Units>>()
  let learn: ((call: FunctionCall) => Promise<Units>) | undefined
  return {
    attach(aws) {
      learn = learner(aws)
    },
    around: async (call, perform) => {
      await perform()
      if (!learn || call.service !== 'dynamodb') return
      const learnt = learn(call)
      // Errors are thrown when the units are requested.
      learnt.catch(() => {})
      units.set(call.body, learnt)
    },
    async unitsOf(bodies) {
      const all = await Promise.all(bodies.map((body) => units.get(body) ?? NOTHING))
      return all.reduce((a, b) => ({ read: a.read + b.read, write: a.write + b.write }), NOTHING)
    },
  }
}

function learner({ region, endpoint, credentials }: LocalAws) {
  const client = new DynamoDBClient({ region, endpoint, credentials })
  const tables = new Map<string, Promise<Table>>()
  /** Items as the previous write left them. */
  const items = new Map<string, Item | undefined>()

  const tableOf = (TableName: string) => {
    const known = tables.get(TableName) ?? describe(client, TableName)
    tables.set(TableName, known)
    return known
  }

  const learnWrite = async ({ TableName, Key: named, Item: put = {} }: Write) => {
    const { keys, indexes } = await tableOf(TableName)
    const Key = named ?? Object.fromEntries(keys.map((key) => [key, put[key] ?? {}]))
    const name = `${TableName} ${JSON.stringify(Key)}`
    const input = { TableName, Key: Key as never, ConsistentRead: true }
    const { Item: after } = await client.send(new GetItemCommand(input))
    const before = items.get(name)
    items.set(name, after as Item | undefined)
    return { read: 0, write: writeUnits(before, after as Item | undefined, indexes) }
  }

  return async ({ operation, body }: FunctionCall): Promise<Units> => {
    const input = { ...JSON.parse(body.toString()), ReturnConsumedCapacity: 'TOTAL' }
    const read = (...consumed: readonly (ConsumedCapacity | undefined)[]): Units => ({
      read: consumed.reduce((total, each) => total + (each?.CapacityUnits ?? 0), 0),
      write: 0,
    })
    switch (operation) {
      case 'GetItem':
        return read((await client.send(new GetItemCommand(input))).ConsumedCapacity)
      case 'Query':
        return read((await client.send(new QueryCommand(input))).ConsumedCapacity)
      case 'BatchGetItem':
        return read(...((await client.send(new BatchGetItemCommand(input))).ConsumedCapacity ?? []))
      case 'UpdateItem':
      case 'DeleteItem':
      case 'PutItem':
        return learnWrite(input)
      default:
        throw new Error(`the units of ${operation} are not known here`)
    }
  }
}

interface Write {
  readonly TableName: string
  readonly Key?: Item
  readonly Item?: Item
}

interface Table {
  readonly keys: readonly string[]
  readonly indexes: readonly Index[]
}

async function describe(client: DynamoDBClient, TableName: string): Promise<Table> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }))
  const keys = namesIn(Table?.KeySchema)
  const indexes = (Table?.GlobalSecondaryIndexes ?? []).map(({ KeySchema, Projection }) => ({
    keys: [...new Set([...namesIn(KeySchema), ...keys])],
    ...(Projection?.ProjectionType !== 'ALL' && {
      attributes: Projection?.NonKeyAttributes ?? [],
    }),
  }))
  return { keys, indexes }
}

const namesIn = (schema: readonly { AttributeName?: string | undefined }[] = []) =>
  schema.map(({ AttributeName = '' }) => AttributeName)
