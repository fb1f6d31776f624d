/**
 * Deletes a session's content: history, bodies, results, transcripts, artifacts and attachments. All keys are known, so
 * it scans nothing. Empty objects stay where jobs may still upload, until the bucket lets them expire: links to upload
 * cannot be revoked, but they overwrite nothing.
 */
import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { uploadKey } from '../core/artifacts.ts'
import { attachmentKey } from '../core/attachments.ts'
import type { Worker } from '../core/worker.ts'
import { bodyKey, type DocumentKey, expiry, type StoredDocument } from './documents.ts'
import { dynamo } from './dynamo.ts'
import { storedKeys } from './entries.ts'
import { env } from './environment.ts'
import { blockObject, deleteObject } from './objects.ts'

/** The session's counters at its deletion, from which all keys follow. */
export interface Extent {
  readonly sessionId: string
  readonly lastSeq: number
  readonly lastJob: number
}

const AT_ONCE = 25

/**
 * The latest jobs of a sandbox, which may still hold a link to write their transcript. An older job ends when the next
 * starts in its sandbox, or with its next heartbeat.
 */
const MAY_WRITE = 20

/** Can be repeated after a failure half-way. Entries are deleted last, because they name the bodies. */
export async function deleteConversation(
  { sessionId, lastSeq, lastJob }: Extent,
  workers: readonly Worker[],
): Promise<void> {
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => `j${i + 1}`)
  const transcriptsOf = (owner: string, last: number) =>
    upTo(last).map((job) => `transcripts/${sessionId}/${owner}/${job}.jsonl`)
  const transcripts = [
    transcriptsOf('conductor', lastJob),
    ...workers.map((worker) => transcriptsOf(worker.workerId, worker.lastJob)),
  ]
  await several(
    transcripts.flatMap((keys) => keys.slice(-MAY_WRITE)),
    blockObject,
  )
  await several(
    transcripts.flatMap((keys) => keys.slice(0, -MAY_WRITE)),
    deleteObject,
  )
  const uploads = workers.flatMap((worker) =>
    (worker.uploads ?? []).map((upload) => ({ ...upload, key: uploadKey(worker, upload) })),
  )
  // The jobs of what was handed over have ended, and a download of it must find nothing.
  await several(uploads, ({ key, handedOver }) =>
    handedOver ? deleteObject(key) : blockObject(key),
  )
  const results = workers.flatMap(({ workerId, lastJob: last }) =>
    upTo(last).map((job) => `${workerId}.${job}`),
  )
  const { messageIds, files } = await storedKeys(sessionId, lastSeq)
  await several(
    files.map((file) => attachmentKey(sessionId, file)),
    deleteObject,
  )
  const bodies = [...messageIds, ...upTo(lastJob), ...results]
  await several(bodies, (id) =>
    isOfProvider(id)
      ? forgetDocument(bodyKey(sessionId, id))
      : deleteDocument(bodyKey(sessionId, id)),
  )
  const entries = Array.from({ length: lastSeq }, (_, i) => i + 1)
  await several(entries, (seq) => deleteDocument({ sessionId, seq }))
}

async function several<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += AT_ONCE)
    await Promise.all(items.slice(from, from + AT_ONCE).map(act))
}

/** A signed SMS or email can be posted again by whoever has captured it. The id of a message over HTTP may be used again. */
const isOfProvider = (messageId: string) => /^(sms|mail)-/.test(messageId)

/** Deletes the content of a message and keeps its id. */
async function forgetDocument(key: DocumentKey): Promise<void> {
  const { Attributes } = await dynamo.send(
    new UpdateCommand({
      TableName: env('CONVERSATIONS_TABLE'),
      Key: { ...key },
      UpdateExpression: 'SET forgotten = :now, expires = :expires REMOVE document, objectKey',
      ExpressionAttributeValues: { ':now': Date.now(), ':expires': expiry() },
      ReturnValues: 'ALL_OLD',
    }),
  )
  await deleteObjectOf(Attributes)
}

async function deleteDocument(key: DocumentKey): Promise<void> {
  const { Attributes } = await dynamo.send(
    new DeleteCommand({
      TableName: env('CONVERSATIONS_TABLE'),
      Key: { ...key },
      ReturnValues: 'ALL_OLD',
    }),
  )
  await deleteObjectOf(Attributes)
}

/** Deletes the object of a large document. */
async function deleteObjectOf(stored: Partial<StoredDocument> = {}): Promise<void> {
  if (stored.objectKey !== undefined) await deleteObject(stored.objectKey)
}
