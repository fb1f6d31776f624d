/** The Sessions table: one item per session, changed by the run protocol's actions. */
import { randomUUID } from 'node:crypto'
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { newSession, type Session } from '../core/session.ts'
import type { Transition } from '../core/transition.ts'
import { compareAndSwap, dynamo, readItem } from './dynamo.ts'
import { env } from './environment.ts'
import { sessionNames } from './stored-names.ts'

/**
 * A session with the keys of three sparse indexes: all sessions and those with an open run, by last activity, and those
 * that wait for a person, by the time since when they do.
 */
interface Indexed extends Session {
  readonly active?: 'active'
  readonly open?: 'open'
  /** ISO 8601, rounded down to the minute, so that a busy session does not rewrite its index entries all the time. */
  readonly lastActivity?: string
  readonly waits?: 'waits'
  /** ISO 8601. */
  readonly waitsSince?: string
}

const stored = (sessionId: string) => ({
  table: env('SESSIONS_TABLE'),
  key: { sessionId },
  names: sessionNames,
})

const minute = () => `${new Date().toISOString().slice(0, 16)}:00.000Z`

function indexed<Output>(
  { item, output }: Transition<Session, Output>,
  before: Session,
): Transition<Session, Output> {
  if (item === before) return { item, output }
  const {
    active: _,
    open: __,
    lastActivity: ___,
    waits: ____,
    waitsSince: _____,
    ...session
  }: Indexed = item
  const since = waitsSince(item)
  const entry: Indexed = {
    ...session,
    ...(!session.deleted && { active: 'active', lastActivity: minute() }),
    ...(session.run.open && { open: 'open' }),
    ...(since !== undefined && { waits: 'waits', waitsSince: since }),
  }
  return { item: entry, output }
}

/** Returns since when a session waits for a person, for an answer or at a budget; undefined if it does not. */
function waitsSince({ questions = [], paused, ...indexed }: Indexed): string | undefined {
  const asked = questions[0]?.askedAt
  if (!paused) return asked
  // Earlier versions did not keep when it paused; then the first change of this version does, as exactly as it is known.
  const at = paused.at ?? indexed.waitsSince ?? indexed.lastActivity ?? minute()
  return asked !== undefined && asked < at ? asked : at
}

/**
 * Applies an action to a session, given by its id or as it was last read or written: then it is read again only if
 * another writer came first. Returns undefined if there is no such session.
 */
export const changeSession = async <Output>(
  session: string | Session,
  action: (session: Session) => Transition<Session, Output>,
) => {
  const [sessionId, known] = typeof session === 'string' ? [session] : [session.sessionId, session]
  return compareAndSwap<Session, Output>(
    stored(sessionId),
    (current) => indexed(action(current), current),
    undefined,
    undefined,
    known,
  )
}

/** Applies an action to a session, which is created if it does not exist. */
export async function changeOrBegin<Output>(
  sessionId: string,
  channel: Session['channel'],
  action: (session: Session) => Transition<Session, Output>,
): Promise<Transition<Session, Output>> {
  const changed = await compareAndSwap<Session, Output>(
    stored(sessionId),
    (session) => indexed(action(session), session),
    () => newSession(sessionId, channel, randomUUID(), new Date().toISOString()),
  )
  if (!changed) throw new Error('a session that begins is never absent')
  return changed
}

/** Returns a session (consistent read), or undefined if there is none or it was deleted. */
export async function readSession(sessionId: string): Promise<Session | undefined> {
  const session = await readItem(stored(sessionId))
  return session?.deleted ? undefined : session
}

/** Returns whether the session was deleted and no message has started it again. */
export async function isDeleted(sessionId: string): Promise<boolean> {
  const { Item } = await dynamo.send(
    new GetCommand({
      TableName: env('SESSIONS_TABLE'),
      Key: { sessionId },
      ConsistentRead: true,
    }),
  )
  return Item?.deleted === true
}

/**
 * Returns the numbers of a session's last entry, of its last question and of a message, or undefined if there is no such
 * session.
 */
export async function progressOf(
  sessionId: string,
  messageId?: string,
): Promise<{ lastSeq: number; lastQuestion?: number; seen?: number } | undefined> {
  const { Item } = await dynamo.send(
    new GetCommand({
      TableName: env('SESSIONS_TABLE'),
      Key: { sessionId },
      ConsistentRead: true,
      ProjectionExpression: `lastSeq, lastQuestion, deleted${messageId === undefined ? '' : ', seen.#id'}`,
      ...(messageId !== undefined && { ExpressionAttributeNames: { '#id': messageId } }),
    }),
  )
  if (!Item || Item.deleted) return undefined
  const { lastSeq, lastQuestion } = Item
  return { lastSeq, lastQuestion, seen: messageId && Item.seen?.[messageId] }
}

/** The indexes of sessions: the attribute that an item of each has, by what they are sorted, and in which order. */
const INDEXES = {
  byActivity: { has: 'active', sortedBy: 'lastActivity', isOldestFirst: false },
  openRuns: { has: 'open', sortedBy: 'lastActivity', isOldestFirst: false },
  // Its name is from the time when only questions kept a session waiting.
  openQuestions: { has: 'waits', sortedBy: 'waitsSince', isOldestFirst: true },
} as const

export type SessionIndex = keyof typeof INDEXES

/** A place in an index: the key of one of its items. */
export type SessionPlace = { readonly sessionId: string } & Readonly<Record<string, string>>

/** Returns whether a place is one of this index. */
export const isPlaceIn = (index: SessionIndex, place: object): boolean =>
  INDEXES[index].has in place

/** Returns the places of one page of an index, in its order. The index is eventually consistent. */
export async function listSessions(
  index: SessionIndex,
  limit: number,
  start?: Readonly<Record<string, unknown>>,
): Promise<{
  places: readonly SessionPlace[]
  /** Where the next page starts. Absent on the last page. */
  next?: Readonly<Record<string, unknown>>
}> {
  const { Items, LastEvaluatedKey } = await page(index, limit, start)
  const { has, sortedBy } = INDEXES[index]
  const places = Items.map(({ sessionId, [sortedBy]: sorted }) => ({
    sessionId,
    [has]: has,
    [sortedBy]: sorted,
  }))
  return { places, ...(LastEvaluatedKey && { next: LastEvaluatedKey }) }
}

async function page(index: SessionIndex, limit: number, start?: Readonly<Record<string, unknown>>) {
  const { has, isOldestFirst } = INDEXES[index]
  const { Items = [], LastEvaluatedKey } = await dynamo.send(
    new QueryCommand({
      TableName: env('SESSIONS_TABLE'),
      IndexName: index,
      KeyConditionExpression: '#has = :has',
      ExpressionAttributeNames: { '#has': has },
      ExpressionAttributeValues: { ':has': has },
      ScanIndexForward: isOldestFirst,
      Limit: limit,
      ExclusiveStartKey: start,
    }),
  )
  return { Items, LastEvaluatedKey }
}

/** Returns the id of the most recently active session. Activity is rounded to the minute; an open run wins a tie. */
export async function latestSession(): Promise<string | undefined> {
  const { Items } = await page('byActivity', 25)
  const [first] = Items
  const latest = Items.filter(({ lastActivity }) => lastActivity === first?.lastActivity)
  return (latest.find(({ run }) => run.open) ?? first)?.sessionId
}

/** Returns one page of open runs whose session has not changed since `before` (ISO 8601), oldest first. */
export async function staleRuns(
  before: string,
): Promise<readonly { sessionId: string; run: number }[]> {
  const { Items = [] } = await dynamo.send(
    new QueryCommand({
      TableName: env('SESSIONS_TABLE'),
      IndexName: 'openRuns',
      KeyConditionExpression: '#open = :open AND lastActivity < :before',
      ExpressionAttributeNames: { '#open': 'open' },
      ExpressionAttributeValues: { ':open': 'open', ':before': before },
    }),
  )
  return Items.map(({ sessionId, run }) => ({ sessionId, run: run.id }))
}
