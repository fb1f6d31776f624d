/** Stores JSON documents in the Conversations table. Documents over 100 KB go to S3. */
import { createHash } from 'node:crypto'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { batchGet } from './batch-get.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'
import { putObject, readObject } from './objects.ts'

export interface DocumentKey {
  /** A session's id for a history entry; `<session>#<id>` for a body or a result. */
  readonly sessionId: string
  /** The history number; 0 for a body or a result. */
  readonly seq: number
}

/** The key of a message's body or a job's result. Session ids contain no `#`. */
export const bodyKey = (sessionId: string, id: string): DocumentKey => ({
  sessionId: `${sessionId}#${id}`,
  seq: 0,
})

const LARGE = 100_000

/** A stored document's item in the table. */
export interface StoredDocument extends DocumentKey {
  readonly document?: string
  /** The S3 key of a large document. */
  readonly objectKey?: string
  /** On a body: the history number under which its message was appended. */
  readonly appended?: number
  /** When its content was deleted. The mark stays, so that the id is not new again (ms since the epoch). */
  readonly forgotten?: number
  /** When the item expires, in seconds since the epoch. */
  readonly expires?: number
}

/**
 * Stores a document. With `keep`, an existing document or the mark of a forgotten one stays; otherwise it is replaced.
 * Other attributes of the item (a command's outcome, a mark) stay as they are. Returns whether the document was stored.
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
        UpdateExpression: 'SET #content = :content, expires = :expires REMOVE #other',
        ...(keep && {
          ConditionExpression:
            'attribute_not_exists(document) AND attribute_not_exists(objectKey) AND attribute_not_exists(forgotten)',
        }),
        ExpressionAttributeNames: {
          '#content': inline ? 'document' : 'objectKey',
          // The document may have been of another size before.
          '#other': inline ? 'objectKey' : 'document',
        },
        ExpressionAttributeValues: { ':content': content, ':expires': expiry() },
      }),
    )
    return true
  } catch (error) {
    if (keep && error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}

/** Returns when an item written now expires, in seconds since the epoch. */
export const expiry = () => Math.floor(Date.now() / 1000) + env('HISTORY_DAYS') * 86_400

/** The key contains the content's hash, so that other content for the same document never replaces the first. */
async function putLarge({ sessionId, seq }: DocumentKey, json: string): Promise<string> {
  const hash = createHash('sha256').update(json).digest('hex').slice(0, 16)
  const Key = `documents/${encodeURIComponent(sessionId)}/${seq}-${hash}.json`
  await putObject(Key, json, 'application/json')
  return Key
}

/** Returns a document's item (consistent read), or undefined if there is none. */
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

/** So many keys fit into one request. */
const KEYS = 100

/** Returns the items of several documents (consistent reads), in the order of their keys; undefined for those that do not exist. */
export async function getAllStored(
  keys: readonly DocumentKey[],
): Promise<readonly (StoredDocument | undefined)[]> {
  const [first, ...others] = keys
  if (!first) return []
  if (others.length === 0) return [await getStored(first)]
  const found: StoredDocument[] = []
  for (let start = 0; start < keys.length; start += KEYS)
    found.push(
      ...((await batchGet(
        env('CONVERSATIONS_TABLE'),
        keys.slice(start, start + KEYS).map((key) => ({ ...key })),
        undefined,
        { consistent: true },
      )) as unknown as StoredDocument[]),
    )
  return keys.map(({ sessionId, seq }) =>
    found.find((each) => each.sessionId === sessionId && each.seq === seq),
  )
}

/** Returns the document of an item, or undefined if the item has none yet, or if its object has been deleted. */
export async function openDocument({ document, objectKey }: StoredDocument): Promise<unknown> {
  if (document !== undefined) return JSON.parse(document)
  if (objectKey === undefined) return undefined
  const bytes = await readObject(objectKey)
  return bytes && JSON.parse(Buffer.from(bytes).toString())
}
