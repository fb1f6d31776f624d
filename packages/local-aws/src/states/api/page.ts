/** Cuts a list into pages; a page's token names the place where the next one begins. */
import { AwsError } from '../../json-service.ts'

interface PageRequest {
  readonly maxResults: number
  readonly nextToken?: string | undefined
}

const encode = (place: string): string => Buffer.from(place).toString('base64url')
const decode = (token: string): string => Buffer.from(token, 'base64url').toString()

/**
 * The page that a request asks for.
 * @param place a text that names an item's place in the list, the same in every call
 * @throws AwsError `InvalidToken` when no page begins at the token
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
