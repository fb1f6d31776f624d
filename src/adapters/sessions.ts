/** The Sessions table: one item a session, moved by the run protocol's actions. */
import { randomUUID } from 'node:crypto'
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { newSession, type Session } from '../core/session.ts'
import type { Transition } from '../core/transition.ts'
import { compareAndSwap, dynamo } from './dynamo.ts'
import { env } from './environment.ts'
import { sessionNames } from './stored-names.ts'

/** What the table holds besides the session: two sparse indexes by last activity, of all and of those with an open run. */
interface Indexed extends Session {
  readonly active?: 'active'
  readonly open?: 'open'
  /** ISO 8601, rounded down to the minute, so that a busy session does not rewrite its index entries all the time. */
  readonly lastActivity?: string
}

const stored = (sessionId: string) => ({
  table: env('SESSIONS_TABLE'),
  key: { sessionId },
  names: sessionNames,
})

const minute = () => `${new Date().toISOString().slice(0, 16)}:00.000Z`

function indexed<Answer>(
  { item, output }: Transition<Session, Answer>,
  before: Session,
): Transition<Session, Answer> {
  if (item === before) return { item, output }
  const { active: _, open: __, lastActivity: ___, ...session }: Indexed = item
  const entry: Indexed = {
    ...session,
    ...(!session.deleted && { active: 'active', lastActivity: minute() }),
    ...(session.run.open && { open: 'open' }),
  }
  return { item: entry, output }
}

/** Applies an action to a session; undefined when there is no such session. */
export const changeSession = async <Answer>(
  sessionId: string,
  action: (session: Session) => Transition<Session, Answer>,
) =>
  compareAndSwap<Session, Answer>(stored(sessionId), (session) => indexed(action(session), session))

/** The same, and a session that does not exist begins. */
export async function changeOrBegin<Answer>(
  sessionId: string,
  channel: Session['channel'],
  action: (session: Session) => Transition<Session, Answer>,
): Promise<Transition<Session, Answer>> {
  const changed = await compareAndSwap<Session, Answer>(
    stored(sessionId),
    (session) => indexed(action(session), session),
    () => newSession(sessionId, channel, randomUUID(), new Date().toISOString()),
  )
  if (!changed) throw new Error('a session that begins is never absent')
  return changed
}

/** A consistent read; a deleted session is none. */
export async function readSession(sessionId: string): Promise<Session | undefined> {
  const { Item } = await dynamo.send(
    new GetCommand({
      TableName: env('SESSIONS_TABLE'),
      Key: { sessionId },
      ConsistentRead: true,
    }),
  )
  const session = Item && sessionNames.read(Item)
  return session?.deleted ? undefined : session
}

/** The session was deleted, and no message has begun it anew. */
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

/** The number of a session's last entry, and of a message that it has seen; undefined when there is no such session. */
export async function progressOf(
  sessionId: string,
  messageId?: string,
): Promise<{ lastSeq: number; seen?: number } | undefined> {
  const { Item } = await dynamo.send(
    new GetCommand({
      TableName: env('SESSIONS_TABLE'),
      Key: { sessionId },
      ConsistentRead: true,
      ProjectionExpression: `lastSeq, deleted${messageId === undefined ? '' : ', seen.#id'}`,
      ...(messageId !== undefined && { ExpressionAttributeNames: { '#id': messageId } }),
    }),
  )
  if (!Item || Item.deleted) return undefined
  return { lastSeq: Item.lastSeq, seen: messageId && Item.seen?.[messageId] }
}

/** What is listed of a session. */
type ListedSession = Pick<Session, 'sessionId' | 'createdAt' | 'channel' | 'run'> & {
  readonly lastActivity: string
}

/** Sessions, the most recently active first; the index is eventually consistent. */
export async function listSessions(
  limit: number,
  start?: Readonly<Record<string, unknown>>,
): Promise<{
  sessions: readonly ListedSession[]
  /** Where the next page begins; absent on the last. */
  next?: Readonly<Record<string, unknown>>
}> {
  const { Items = [], LastEvaluatedKey } = await dynamo.send(
    new QueryCommand({
      TableName: env('SESSIONS_TABLE'),
      IndexName: 'byActivity',
      KeyConditionExpression: 'active = :active',
      ExpressionAttributeValues: { ':active': 'active' },
      ScanIndexForward: false,
      Limit: limit,
      ExclusiveStartKey: start,
    }),
  )
  return {
    sessions: Items as ListedSession[],
    ...(LastEvaluatedKey && { next: LastEvaluatedKey }),
  }
}

/** The most recently active session's id: activity is known by the minute, and within one an open run goes first. */
export async function latestSession(): Promise<string | undefined> {
  const { sessions } = await listSessions(25)
  const [first] = sessions
  const latest = sessions.filter(({ lastActivity }) => lastActivity === first?.lastActivity)
  return (latest.find(({ run }) => run.open) ?? first)?.sessionId
}

/** Open runs whose session has not moved since `before` (ISO 8601), the longest unmoved first; one page. */
export async function unmovedRuns(
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
