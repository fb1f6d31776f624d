/** Reads all pages of a query. */
import { paginateQuery, type QueryCommandInput } from '@aws-sdk/lib-dynamodb'
import { dynamo } from './dynamo.ts'

/** Yields the items of all pages, in the order of their keys. */
export async function* queryAll(
  input: QueryCommandInput,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  for await (const { Items = [] } of paginateQuery({ client: dynamo }, input)) yield* Items
}
