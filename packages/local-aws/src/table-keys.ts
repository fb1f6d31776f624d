/** Compares the keys and indexes of a template's table with those of an existing one. */
import type { GlobalSecondaryIndexDescription, TableDescription } from '@aws-sdk/client-dynamodb'

type Index = Pick<GlobalSecondaryIndexDescription, 'IndexName' | 'KeySchema' | 'Projection'>

/** The properties that a template's table and an existing one have in common. */
export type Keys = Pick<TableDescription, 'KeySchema' | 'AttributeDefinitions'> & {
  readonly GlobalSecondaryIndexes?: readonly Index[] | undefined
  readonly LocalSecondaryIndexes?: readonly Index[] | undefined
}

/** Returns keys and indexes in one line, in the same form for a template's table and an existing one. */
export function keyDescription(table: Keys): string {
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

/** Returns the global secondary indexes of `table` that `other` does not have by name. */
export function indexesOnlyIn<T extends Index>(
  table: { readonly GlobalSecondaryIndexes?: readonly T[] | undefined },
  other: Keys,
): T[] {
  const names = indexNames(other)
  return (table.GlobalSecondaryIndexes ?? []).filter(({ IndexName }) => !names.has(IndexName))
}

/** Returns whether two tables are equal, apart from global secondary indexes that only one of them has. */
export const sameApartFromIndexes = (table: Keys, other: Keys): boolean =>
  keyDescription(withIndexesOf(table, other)) === keyDescription(withIndexesOf(other, table))

function withIndexesOf(table: Keys, other: Keys): Keys {
  const names = indexNames(other)
  const shared = table.GlobalSecondaryIndexes?.filter(({ IndexName }) => names.has(IndexName))
  return { ...table, GlobalSecondaryIndexes: shared }
}

const indexNames = ({ GlobalSecondaryIndexes = [] }: Keys) =>
  new Set(GlobalSecondaryIndexes.map(({ IndexName }) => IndexName))
