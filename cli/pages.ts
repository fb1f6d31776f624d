/** Lists of the API that have several pages. */
import type { SchemaName, ShapeOf } from '../src/contract/api/index.ts'
import type { Client } from './api.ts'

/** The schemas of pages with a cursor. */
type PageName = {
  [Name in SchemaName]: ShapeOf<Name> extends { readonly next: string | null } ? Name : never
}[SchemaName]

/** Yields the pages of a list, at most `limit` items a page. */
export async function* pages<Name extends PageName>(
  client: Client,
  schema: Name,
  route: string,
  limit = 100,
): AsyncGenerator<ShapeOf<Name>, void> {
  const start = `${route}${route.includes('?') ? '&' : '?'}limit=${limit}`
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: ShapeOf<Name> = await client.get(schema, start + (cursor && `&cursor=${cursor}`))
    yield page
    cursor = page.next
  }
}
