/**
 * The list of messages that could not be delivered, oldest first: one partition of the Contacts table, whose items expire
 * like history. One that was put away stays as a mark, because a provider may report the same failure again. One that has
 * arrived after all leaves an empty item, which is not listed.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Undelivered } from '../core/undelivered.ts'
import { expiry } from './documents.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'
import { queryAll } from './query-all.ts'

const SCOPE = 'undelivered'

/** An item's key. `name` begins with the time of the entry, so that the partition is in that order. */
export interface UndeliveredKey {
  readonly scope: typeof SCOPE
  readonly name: string
}

export type ListedUndelivered = Undelivered & { readonly id: string }

/** `said` is the time of the entry, which never changes. */
const nameOf = (
  { sessionId, seq, name }: Pick<Undelivered, 'sessionId' | 'seq' | 'name'>,
  said: string,
) => `${said} ${sessionId} ${seq} ${name}`

const table = () => ({ TableName: env('CONTACTS_TABLE') })
const keyOf = (name: string): UndeliveredKey => ({ scope: SCOPE, name })

const idOf = (name: string) => Buffer.from(name).toString('base64url')

/** Adds a delivery to the list, or replaces what the list says about it. `said` is the time of its entry. */
export async function noteUndelivered(undelivered: Undelivered, said: string): Promise<void> {
  await dynamo.send(
    new UpdateCommand({
      ...table(),
      Key: { ...keyOf(nameOf(undelivered, said)) },
      UpdateExpression: 'SET delivery = :delivery, sessionId = :session, expires = :expires',
      ExpressionAttributeValues: {
        ':delivery': undelivered,
        ':session': undelivered.sessionId,
        ':expires': expiry(),
      },
    }),
  )
}

type Named = Pick<Undelivered, 'sessionId' | 'seq' | 'name'>

/** Takes a delivery off the list, if it is there, because it goes another way. */
export async function settleUndelivered(delivery: Named, said: string): Promise<void> {
  await updateListed(nameOf(delivery, said), { update: 'REMOVE delivery', condition: LISTED })
}

/** Takes a delivery off the list that was late or given up and has arrived. One that has failed meanwhile stays. */
export async function settleLate(delivery: Named, said: string): Promise<void> {
  await updateListed(nameOf(delivery, said), {
    update: 'REMOVE delivery',
    condition: 'attribute_exists(delivery.#status)',
    names: { '#status': 'status' },
  })
}

const LISTED = 'attribute_exists(delivery)'

/** Returns a page of the list, the oldest message first. It may have fewer than `limit` although there are more. */
export async function listUndelivered(
  limit: number,
  start?: UndeliveredKey,
): Promise<{
  undelivered: readonly ListedUndelivered[]
  next?: Readonly<Record<string, unknown>>
}> {
  const { Items = [], LastEvaluatedKey } = await dynamo.send(
    new QueryCommand({
      ...table(),
      KeyConditionExpression: '#scope = :scope',
      FilterExpression: 'attribute_exists(delivery) AND attribute_not_exists(dismissed)',
      ExpressionAttributeNames: { '#scope': 'scope' },
      ExpressionAttributeValues: { ':scope': SCOPE },
      Limit: limit,
      ExclusiveStartKey: start && { ...start },
    }),
  )
  const undelivered = Items.map(({ name, delivery }) => ({ ...delivery, id: idOf(name) }))
  return { undelivered, ...(LastEvaluatedKey && { next: LastEvaluatedKey }) }
}

/** Puts a delivery away. Returns false if the list does not have it. */
export const dismissUndelivered = (id: string): Promise<boolean> =>
  updateListed(Buffer.from(id, 'base64url').toString(), {
    update: 'SET dismissed = :yes',
    condition: LISTED,
    values: { ':yes': true },
  })

interface ListedChange {
  readonly update: string
  readonly condition: string
  readonly names?: Readonly<Record<string, string>>
  readonly values?: Readonly<Record<string, unknown>>
}

/** Changes an item of the list. Returns false if there is none that fulfils the condition. */
async function updateListed(
  name: string,
  { update, condition, names, values }: ListedChange,
): Promise<boolean> {
  try {
    await dynamo.send(
      new UpdateCommand({
        ...table(),
        Key: { ...keyOf(name) },
        UpdateExpression: update,
        ConditionExpression: condition,
        ...(names && { ExpressionAttributeNames: { ...names } }),
        ...(values && { ExpressionAttributeValues: { ...values } }),
      }),
    )
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}

/** Removes a session's deliveries from the list. */
export async function forgetUndelivered(sessionId: string): Promise<void> {
  const keys = queryAll({
    ...table(),
    KeyConditionExpression: '#scope = :scope',
    FilterExpression: 'sessionId = :session',
    ProjectionExpression: '#scope, #name',
    ExpressionAttributeNames: { '#scope': 'scope', '#name': 'name' },
    ExpressionAttributeValues: { ':scope': SCOPE, ':session': sessionId },
    ConsistentRead: true,
  })
  for await (const Key of keys) await dynamo.send(new DeleteCommand({ ...table(), Key }))
}
