/** Stores the state of each delivery as an attribute of its history entry: first the claim, then the outcome. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { DeliveryRecord } from '../channels/delivery.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'

/** Identifies a delivery of an entry. */
export interface DeliveryKey {
  readonly sessionId: string
  readonly seq: number
  readonly name: string
}

const PREFIX = 'delivery '

/** Returns the records in an item, by name: replies before commands. */
export const recordsIn = (
  stored: Readonly<Record<string, unknown>>,
): readonly (DeliveryRecord & { readonly name: string })[] =>
  Object.keys(stored)
    .filter((attribute) => attribute.startsWith(PREFIX))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((attribute) => ({
      name: attribute.slice(PREFIX.length),
      ...(stored[attribute] as DeliveryRecord),
    }))

/**
 * Replaces the record `before` (undefined: none yet) with `record`. Returns false if the record has changed or the entry
 * was deleted in the meantime.
 */
export async function recordDelivery(
  { sessionId, seq, name }: DeliveryKey,
  before: DeliveryRecord | undefined,
  record: DeliveryRecord,
): Promise<boolean> {
  try {
    await dynamo.send(
      new UpdateCommand({
        TableName: env('CONVERSATIONS_TABLE'),
        Key: { sessionId, seq },
        UpdateExpression: 'SET #record = :record',
        ConditionExpression: before
          ? '#record.#status = :status AND #record.#at = :at'
          : 'attribute_exists(sessionId) AND attribute_not_exists(#record)',
        ExpressionAttributeNames: {
          '#record': `${PREFIX}${name}`,
          ...(before && { '#status': 'status', '#at': 'at' }),
        },
        ExpressionAttributeValues: {
          ':record': record,
          ...(before && { ':status': before.status, ':at': before.at }),
        },
      }),
    )
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}
