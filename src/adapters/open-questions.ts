/** The sessions with open questions, from the index of those that wait for a person. */
import type { Question } from '../core/question.ts'
import { env } from './environment.ts'
import { queryAll } from './query-all.ts'

/** A session with its open questions, oldest first. */
export interface WaitingSession {
  readonly sessionId: string
  readonly questions: readonly Question[]
  /** ISO 8601. Not after the oldest question: a session that is paused at a budget may have waited for longer. */
  readonly since: string
}

/** Yields the sessions with open questions, the longest waiting first. The index is eventually consistent. */
export async function* eachWaitingSession(): AsyncGenerator<WaitingSession> {
  const sessions = queryAll({
    TableName: env('SESSIONS_TABLE'),
    IndexName: 'openQuestions',
    KeyConditionExpression: 'waits = :waits',
    ExpressionAttributeValues: { ':waits': 'waits' },
  })
  for await (const { sessionId, questions, waitsSince } of sessions)
    if (Array.isArray(questions) && questions.length > 0)
      yield { sessionId: String(sessionId), questions, since: String(waitsSince) }
}

/** Returns all of them: one request, unless a great many wait. */
export const waitingSessions = (): Promise<readonly WaitingSession[]> =>
  Array.fromAsync(eachWaitingSession())
