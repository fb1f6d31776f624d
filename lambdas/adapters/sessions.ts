/** The Sessions table: one item a session, moved by the run protocol's actions. */
import { randomUUID } from 'node:crypto'
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { newSession, type Session } from '../core/session.ts'
import type { Transition } from '../core/transition.ts'
import { dynamo, swap } from './dynamo.ts'
import { variable } from './environment.ts'

/** What the table holds besides the session: the sparse index by last activity. */
interface Stored extends Session {
  readonly active?: 'active'
  /** ISO 8601, rounded down to the minute, so that a busy session does not rewrite its index entry all the time. */
  readonly lastActivity?: string
}

const minute = () => `${new Date().toISOString().slice(0, 16)}:00.000Z`

const withActivity = <Answer>({ item, answer }: Transition<Session, Answer>, before: Session) => {
  const lastActivity = minute()
  const same = item === before || (before as Stored).lastActivity === lastActivity
  return { item: same ? item : { ...item, active: 'active', lastActivity }, answer }
}

/** Applies an action to a session; undefined when there is no such session. */
export const changeSession = async <Answer>(
  sessionId: string,
  action: (session: Session) => Transition<Session, Answer>,
) =>
  swap<Session, Answer>(variable('SESSIONS_TABLE'), { sessionId }, (session) =>
    withActivity(action(session), session),
  )

/** The same, and a session that does not exist begins. */
export async function changeOrBegin<Answer>(
  sessionId: string,
  channel: Session['channel'],
  action: (session: Session) => Transition<Session, Answer>,
): Promise<Transition<Session, Answer>> {
  const changed = await swap<Session, Answer>(
    variable('SESSIONS_TABLE'),
    { sessionId },
    (session) => withActivity(action(session), session),
    () => newSession(sessionId, channel, randomUUID(), new Date().toISOString()),
  )
  if (!changed) throw new Error('a session that begins is never absent')
  return changed
}

/** A consistent read. */
export async function readSession(sessionId: string): Promise<Session | undefined> {
  const { Item } = await dynamo.send(
    new GetCommand({
      TableName: variable('SESSIONS_TABLE'),
      Key: { sessionId },
      ConsistentRead: true,
    }),
  )
  return Item as Session | undefined
}

/** The most recently active session's id; the index is eventually consistent. */
export async function latestSession(): Promise<string | undefined> {
  const { Items = [] } = await dynamo.send(
    new QueryCommand({
      TableName: variable('SESSIONS_TABLE'),
      IndexName: 'byActivity',
      KeyConditionExpression: 'active = :active',
      ExpressionAttributeValues: { ':active': 'active' },
      ScanIndexForward: false,
      Limit: 1,
    }),
  )
  return Items[0]?.sessionId
}
