/** Named bearer tokens: one partition of the Contacts table, whose hashes each function keeps for a minute. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { type BearerToken, hasExpired, hashOf, looksLikeToken } from '../core/bearer-token.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'

/** Functions may read no other partition for this (lib/resources/contacts.ts). */
const SCOPE = 'tokens'

const table = () => ({ TableName: env('CONTACTS_TABLE') })
const keyOf = (name: string) => ({ scope: SCOPE, name })

/** How long an expired token stays on the list, in seconds. */
const SHOWN_AFTER_EXPIRY = 30 * 86_400

/** Returns all named tokens, also expired ones, in alphabetical order. They are few, so one page has them. */
export async function listTokens(): Promise<readonly BearerToken[]> {
  const { Items = [] } = await dynamo.send(
    new QueryCommand({
      ...table(),
      KeyConditionExpression: '#scope = :scope',
      ExpressionAttributeNames: { '#scope': 'scope' },
      ExpressionAttributeValues: { ':scope': SCOPE },
      // A new token works at once, and one that was revoked is not read again.
      ConsistentRead: true,
    }),
  )
  return Items as BearerToken[]
}

/** Stores a token. Returns false if there is another one of this name. */
export async function addToken({ name, ...token }: BearerToken): Promise<boolean> {
  const { expiresAt } = token
  const values = Object.entries({
    ...token,
    ...(expiresAt !== undefined && {
      expires: Math.floor(Date.parse(expiresAt) / 1000) + SHOWN_AFTER_EXPIRY,
    }),
  })
  try {
    await dynamo.send(
      new UpdateCommand({
        ...table(),
        Key: keyOf(name),
        UpdateExpression: `SET ${values.map((_, i) => `#${i} = :${i}`).join(', ')}`,
        ConditionExpression: 'attribute_not_exists(#name)',
        ExpressionAttributeNames: Object.fromEntries([
          ['#name', 'name'],
          ...values.map(([attribute], i) => [`#${i}`, attribute]),
        ]),
        ExpressionAttributeValues: Object.fromEntries(
          values.map(([, value], i) => [`:${i}`, value]),
        ),
      }),
    )
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}

/** Deletes a token, which functions may accept for a minute more. Returns false if there is none of this name. */
export async function removeToken(name: string): Promise<boolean> {
  const { Attributes } = await dynamo.send(
    new DeleteCommand({ ...table(), Key: keyOf(name), ReturnValues: 'ALL_OLD' }),
  )
  return Attributes !== undefined
}

/** How long a revoked token may still be accepted. */
const KEPT_MS = 60_000
/** How often the list is read again at most, because anyone can send unknown tokens and each read costs. */
const READ_AGAIN_MS = 10_000

let kept: { readonly at: number; readonly byHash: Promise<ReadonlyMap<string, BearerToken>> }

/** Returns the tokens by their hashes, at most `maxAge` milliseconds old. */
function tokensByHash(maxAge: number): Promise<ReadonlyMap<string, BearerToken>> {
  const now = Date.now()
  if (kept && now - kept.at < maxAge) return kept.byHash
  const byHash = listTokens().then((tokens) => new Map(tokens.map((one) => [one.hash, one])))
  const read = { at: now, byHash }
  kept = read
  byHash.catch(() => {
    // Let the next call read it.
    if (kept === read) kept = { ...read, at: Number.NEGATIVE_INFINITY }
  })
  return byHash
}

/**
 * Returns a token's name and access, or undefined if it is unknown, revoked for a minute, or expired. A known one is read
 * once a minute at most, unknown ones once in ten seconds, and texts of another form never.
 */
export async function findToken(text: string): Promise<BearerToken | undefined> {
  if (!looksLikeToken(text)) return undefined
  // Finding a hash may take a time that depends on it. That tells nothing about a token which would have this hash.
  const hash = hashOf(text)
  const known = await tokensByHash(KEPT_MS)
  const found = known.get(hash) ?? (await tokensByHash(READ_AGAIN_MS)).get(hash)
  return found && !hasExpired(found, Date.now()) ? found : undefined
}
