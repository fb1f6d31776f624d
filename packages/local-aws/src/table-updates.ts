/**
 * Adds and removes global secondary indexes of existing tables, as CloudFormation does in place. dynalite's
 * UpdateTable cannot do that, so this writes to its database while dynalite is not running.
 */
import { existsSync } from 'node:fs'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import {
  create,
  type Database,
  getIndexActions,
  type Operation,
  type StoredIndex,
  type StoredTable,
  traverseKey,
  validateKeyPiece,
} from 'dynalite/db/index.js'
import { databaseFolder } from './dynalite-server.ts'
import { indexesOnlyIn, keyDescription, sameApartFromIndexes } from './table-keys.ts'
import type { Table } from './tables.ts'

/**
 * Gives existing tables the global secondary indexes of the template, with an entry for each item. Throws, and changes
 * nothing, if a table differs otherwise. All changes are one write to the database, so a crash leaves none or all.
 */
export async function updateTables(
  stateDir: string,
  tables: readonly Table[],
  log: (line: string) => void,
): Promise<void> {
  const folder = databaseFolder(stateDir)
  if (!existsSync(folder)) return
  const { db } = create({ path: folder })
  await db.open()
  try {
    const operations: Operation[] = []
    for (const table of tables) {
      for await (const operation of changes(db, table, log)) operations.push(operation)
    }
    if (operations.length > 0) await db.batch(operations)
  } finally {
    await db.close()
  }
}

async function* changes(
  db: Database,
  { name, properties }: Table,
  log: (line: string) => void,
): AsyncGenerator<Operation> {
  const existing = await storedTable(db, name)
  if (existing === undefined) return
  if (existing.TableStatus === 'CREATING') {
    // A crash left it so, without items. It is created again.
    yield { type: 'del', key: tableKey(name) }
    return
  }
  if (keyDescription(existing) === keyDescription(properties)) return
  if (!sameApartFromIndexes(existing, properties)) throw refusal(name, existing, properties)
  const added = indexesOnlyIn(properties, existing).map((index) => stored(index, existing))
  const removed = indexesOnlyIn(existing, properties)
  const updated = withIndexes(existing, properties, added, removed)
  for (const { IndexName } of removed) {
    log(`Removing the index ${IndexName} of table ${name}`)
    yield* removeEntries(db, name, IndexName)
  }
  for (const index of added) {
    log(`Adding the index ${index.IndexName} to table ${name}`)
    yield* addEntries(db, updated, index)
  }
  yield { type: 'put', key: tableKey(name), value: updated }
}

/** Returns the description of a table with other indexes. */
function withIndexes(
  { GlobalSecondaryIndexes: existing = [], ...table }: StoredTable,
  { AttributeDefinitions }: Table['properties'],
  added: readonly StoredIndex[],
  removed: readonly StoredIndex[],
): StoredTable {
  const indexes = [...existing.filter((index) => !removed.includes(index)), ...added]
  // DynamoDB omits an empty list.
  const list = indexes.length > 0 ? { GlobalSecondaryIndexes: indexes } : {}
  return { ...table, AttributeDefinitions, ...list }
}

async function storedTable(db: Database, name: string): Promise<StoredTable | undefined> {
  for await (const table of db.values<StoredTable>({ gte: tableKey(name), lte: tableKey(name) }))
    return table
  return undefined
}

async function* removeEntries(
  db: Database,
  table: string,
  index: string,
): AsyncGenerator<Operation> {
  for await (const key of db.keys(startingWith(indexPrefix(table, index))))
    yield { type: 'del', key }
}

async function* addEntries(
  db: Database,
  table: StoredTable,
  index: StoredIndex,
): AsyncGenerator<Operation> {
  const prefix = indexPrefix(table.TableName, index.IndexName)
  for await (const item of db.values<Item>(startingWith(`item-${table.TableName}~`))) {
    if (!belongsIn(index, item, table)) continue
    const { puts } = getIndexActions([index], undefined, item, table)
    for (const { key, item: value } of puts) yield { type: 'put', key: prefix + key, value }
  }
}

type Item = Record<string, AttributeValue>

/**
 * Returns whether an index contains an item. Throws if a key attribute has another type: DynamoDB leaves such an item
 * out, but dynalite would crash at the item's next change.
 */
function belongsIn(index: StoredIndex, item: Item, table: StoredTable): boolean {
  const reason = traverseKey(table, index.KeySchema, (attribute, type, isHash) => {
    const value = item[attribute]
    if (value !== undefined && !(type in value)) {
      throw new Error(
        `Index ${index.IndexName} cannot be added to table ${table.TableName} on one machine: an item's ${attribute} is not of type ${type}. Correct or delete such items with the version before, or remove the state folder to start afresh.`,
      )
    }
    return value === undefined ? 'absent' : validateKeyPiece(item, attribute, type, isHash)
  })
  return !reason
}

/** Returns an index as dynalite stores it. */
const stored = (
  { IndexName, KeySchema, Projection }: Table['properties']['GlobalSecondaryIndexes'][number],
  { TableArn }: StoredTable,
): StoredIndex => ({
  IndexName,
  KeySchema,
  Projection,
  IndexArn: `${TableArn}/index/${IndexName}`,
  IndexSizeBytes: 0,
  ItemCount: 0,
  IndexStatus: 'ACTIVE',
  ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 },
})

const refusal = (name: string, existing: StoredTable, wanted: Table['properties']) =>
  new Error(
    `Table ${name} has other keys or indexes than the template, and they cannot be changed on one machine: remove its state folder to start afresh. It has ${keyDescription(existing)}; the template has ${keyDescription(wanted)}.`,
  )

// The keys of dynalite's database.
const tableKey = (name: string) => `table~${name}`
const indexPrefix = (table: string, index: string) => `index-global~${table}~${index}~`
const startingWith = (prefix: string) => ({ gte: prefix, lt: `${prefix}\xff` })
