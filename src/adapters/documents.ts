/** The Conversations table as a store of JSON documents: small ones in the item, those over 100 KB in S3. */
import { createHash } from 'node:crypto'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'
import { putObject, readObject } from './objects.ts'

export interface DocumentKey {
  /** A session's id for a history entry; `<session>#<id>` for a body or a result. */
  readonly sessionId: string
  /** The history number; 0 for a body or a result. */
  readonly seq: number
}

/** Where a message's body, or a job's result, lies: `#` is not part of a session id. */
export const bodyKey = (sessionId: string, id: string): DocumentKey => ({
  sessionId: `${sessionId}#${id}`,
  seq: 0,
})

const LARGE = 100_000

/** How a stored document looks in the table. */
export interface StoredDocument extends DocumentKey {
  readonly document?: string
  /** The S3 key of a large one. */
  readonly objectKey?: string
  /** On a body: the history number under which its message was appended. */
  readonly appended?: number
}

/**
 * Puts a document; what was there under the key stays with `keep`, otherwise it is replaced. Other attributes of the
 * item (a command's outcome, a mark) are left as they are. Answers whether it was put.
 */
export async function putDocument(
  key: DocumentKey,
  document: unknown,
  { keep = false } = {},
): Promise<boolean> {
  const json = JSON.stringify(document)
  const inline = Buffer.byteLength(json) <= LARGE
  const content = inline ? json : await putLarge(key, json)
  try {
    await dynamo.send(
      new UpdateCommand({
        TableName: env('CONVERSATIONS_TABLE'),
        Key: { ...key },
        UpdateExpression: 'SET #content = :content, expires = :expires',
        ...(keep && {
          ConditionExpression: 'attribute_not_exists(document) AND attribute_not_exists(objectKey)',
        }),
        ExpressionAttributeNames: { '#content': inline ? 'document' : 'objectKey' },
        ExpressionAttributeValues: { ':content': content, ':expires': expiry() },
      }),
    )
    return true
  } catch (error) {
    if (keep && error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}

/** When an item of today expires, in seconds since the epoch. */
export const expiry = () => Math.floor(Date.now() / 1000) + env('HISTORY_DAYS') * 86_400

/** The content's hash is part of the key, so that a second content under a kept key never displaces the first. */
async function putLarge({ sessionId, seq }: DocumentKey, json: string): Promise<string> {
  const hash = createHash('sha256').update(json).digest('hex').slice(0, 16)
  const Key = `documents/${encodeURIComponent(sessionId)}/${seq}-${hash}.json`
  await putObject(Key, json, 'application/json')
  return Key
}

/** The item of a document, with a consistent read; undefined when there is none. */
export async function getStored(key: DocumentKey): Promise<StoredDocument | undefined> {
  const { Item } = await dynamo.send(
    new GetCommand({
      TableName: env('CONVERSATIONS_TABLE'),
      Key: { ...key },
      ConsistentRead: true,
    }),
  )
  return Item as StoredDocument | undefined
}

/** The document of an item as the table holds it; undefined when the item has none yet. */
export async function openDocument({ document, objectKey }: StoredDocument): Promise<unknown> {
  if (document !== undefined) return JSON.parse(document)
  if (objectKey === undefined) return undefined
  const bytes = await readObject(objectKey)
  if (!bytes) throw new Error(`the object ${objectKey} of a document is gone`)
  return JSON.parse(Buffer.from(bytes).toString())
}
