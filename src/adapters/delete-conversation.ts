/**
 * Deletes a session's content: history, bodies, results, transcripts, artifacts and attachments. All keys are known, so
 * it scans nothing.
 */
import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { uploadKey } from '../core/artifacts.ts'
import { attachmentKey } from '../core/attachments.ts'
import type { Worker } from '../core/worker.ts'
import { bodyKey, type DocumentKey, type StoredDocument } from './documents.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'
import { storedKeys } from './history.ts'
import { deleteObject } from './objects.ts'

/** The session's counters at its deletion, from which all keys follow. */
export interface Extent {
  readonly sessionId: string
  readonly lastSeq: number
  readonly lastJob: number
}

const AT_ONCE = 25

/** Can be repeated after a failure half-way. Entries are deleted last, because they name the bodies. */
export async function deleteConversation(
  { sessionId, lastSeq, lastJob }: Extent,
  workers: readonly Worker[],
): Promise<void> {
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => `j${i + 1}`)
  const transcripts = [
    ...upTo(lastJob).map((job) => `transcripts/${sessionId}/conductor/${job}.jsonl`),
    ...workers.flatMap(({ workerId, lastJob: last }) =>
      upTo(last).map((job) => `transcripts/${sessionId}/${workerId}/${job}.jsonl`),
    ),
  ]
  await several(transcripts, deleteObject)
  const uploads = workers.flatMap((worker) =>
    (worker.uploads ?? []).map((upload) => uploadKey(worker, upload)),
  )
  await several(uploads, deleteObject)
  const results = workers.flatMap(({ workerId, lastJob: last }) =>
    upTo(last).map((job) => `${workerId}.${job}`),
  )
  const { messageIds, files } = await storedKeys(sessionId, lastSeq)
  await several(
    files.map((file) => attachmentKey(sessionId, file)),
    deleteObject,
  )
  const bodies = [...messageIds, ...upTo(lastJob), ...results]
  await several(bodies, (id) => deleteDocument(bodyKey(sessionId, id)))
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

async function deleteDocument(key: DocumentKey): Promise<void> {
  const { Attributes } = await dynamo.send(
    new DeleteCommand({
      TableName: env('CONVERSATIONS_TABLE'),
      Key: { ...key },
      ReturnValues: 'ALL_OLD',
    }),
  )
  const { objectKey } = (Attributes ?? {}) as Partial<StoredDocument>
  if (objectKey !== undefined) await deleteObject(objectKey)
}
