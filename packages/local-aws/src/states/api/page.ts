/** Cuts a list into pages; a page's token identifies the first item of the next page. */
import { AwsError } from '../../json-service.ts'

interface PageRequest {
  readonly maxResults: number
  readonly nextToken?: string | undefined
}

const encode = (place: string): string => Buffer.from(place).toString('base64url')
const decode = (token: string): string => Buffer.from(token, 'base64url').toString()

/**
 * Returns the page that a request asks for.
 * @param place returns a text that identifies an item's place in the list, the same in every call
 * @throws AwsError `InvalidToken` if no page begins at the token
 */
export function page<T>(
  items: readonly T[],
  { maxResults, nextToken }: PageRequest,
  place: (item: T) => string,
): { items: T[]; nextToken?: string } {
  const wanted = nextToken === undefined ? undefined : decode(nextToken)
  const begin = wanted === undefined ? 0 : items.findIndex((item) => place(item) === wanted)
  if (begin === -1) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'")
  const following = items[begin + maxResults]
  return {
    items: items.slice(begin, begin + maxResults),
    ...(following === undefined ? {} : { nextToken: encode(place(following)) }),
  }
}
