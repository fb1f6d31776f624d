/** What a list of sessions shows of each: parts of the session's item, and the entry with which it begins. */
import type { Entry } from '../contract/api/entry.ts'
import type { Session } from '../core/session.ts'
import { batchGet } from './batch-get.ts'
import { openDocument, type StoredDocument } from './documents.ts'
import { env } from './environment.ts'

/** These have the same names in the table. */
const SUMMARY = {
  sessionId: true,
  createdAt: true,
  channel: true,
  sender: true,
  run: true,
  paused: true,
  inbox: true,
  held: true,
  questions: true,
  busy: true,
  receipted: true,
  forgottenTo: true,
} as const satisfies Partial<Record<keyof Session, true>>

export type SessionSummary = Pick<Session, keyof typeof SUMMARY> & {
  /** ISO 8601. */
  readonly lastActivity: string
}

const ATTRIBUTES = [...Object.keys(SUMMARY), 'lastActivity']

const firstSeq = ({ forgottenTo = 0 }: Pick<Session, 'forgottenTo'>) => forgottenTo + 1

/** Returns the summaries of at most 100 sessions by id. Those that are deleted in the meantime are missing. */
export async function sessionSummaries(
  ids: readonly string[],
): Promise<ReadonlyMap<string, SessionSummary>> {
  const keys = ids.map((sessionId) => ({ sessionId }))
  const items = await batchGet(env('SESSIONS_TABLE'), keys, ATTRIBUTES)
  return new Map((items as unknown as SessionSummary[]).map((item) => [item.sessionId, item]))
}

/** Returns the first entry of each session by its id. Entries that have expired are missing. */
export async function firstEntries(
  sessions: Iterable<Pick<Session, 'sessionId' | 'forgottenTo'>>,
): Promise<ReadonlyMap<string, Entry>> {
  const keys = [...sessions].map((each) => ({ sessionId: each.sessionId, seq: firstSeq(each) }))
  const stored = await batchGet(env('CONVERSATIONS_TABLE'), keys, [
    'sessionId',
    'seq',
    'document',
    'objectKey',
  ])
  const opened = await Promise.all(
    (stored as unknown as StoredDocument[]).map(
      async (each) => [each.sessionId, (await openDocument(each)) as Entry | undefined] as const,
    ),
  )
  return new Map(opened.flatMap(([id, entry]) => (entry ? [[id, entry] as const] : [])))
}
