/** The types this package needs of dynalite, which has none of its own. */
declare module 'dynalite' {
  import type { Server } from 'node:http'
  export default function dynalite(options?: {
    /** The LevelDB folder; in memory without it. */
    path?: string
    createTableMs?: number
    deleteTableMs?: number
    updateTableMs?: number
  }): Server
}

declare module 'dynalite/db/index.js' {
  import type {
    AttributeDefinition,
    AttributeValue,
    GlobalSecondaryIndexDescription,
    KeySchemaElement,
    TableDescription,
  } from '@aws-sdk/client-dynamodb'

  type Item = Record<string, AttributeValue>

  export interface StoredIndex extends GlobalSecondaryIndexDescription {
    IndexName: string
    KeySchema: KeySchemaElement[]
  }

  export interface StoredTable extends TableDescription {
    TableName: string
    AttributeDefinitions: AttributeDefinition[]
    GlobalSecondaryIndexes?: StoredIndex[]
  }

  export type Operation =
    | { type: 'put'; key: string; value: unknown }
    | { type: 'del'; key: string }

  interface Range {
    gte: string
    lt?: string
    lte?: string
  }

  export interface Database {
    open(): Promise<void>
    close(): Promise<void>
    keys(range: Range): AsyncIterable<string>
    values<T>(range: Range): AsyncIterable<T>
    /** Performs all operations or none. */
    batch(operations: readonly Operation[]): Promise<void>
  }

  export function create(options: { path: string }): { db: Database }

  /** Returns the entries that indexes gain when an item does. */
  export function getIndexActions(
    indexes: readonly StoredIndex[],
    before: Item | undefined,
    item: Item,
    table: StoredTable,
  ): { puts: { key: string; item: Item }[] }

  /** Calls `visit` for each attribute of a key, until it returns something. */
  export function traverseKey<T>(
    table: StoredTable,
    schema: readonly KeySchemaElement[],
    visit: (attribute: string, type: string, isHash: boolean) => T,
  ): T | undefined

  /** Returns an error if an attribute of an item cannot be part of a key. */
  export function validateKeyPiece(
    item: Item,
    attribute: string,
    type: string,
    isHash: boolean,
  ): Error | null | undefined
}
