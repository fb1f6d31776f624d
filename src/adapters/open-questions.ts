/** The index of sessions with open questions. */
import type { Question } from '../core/question.ts'
import { env } from './environment.ts'
import { queryAll } from './query-all.ts'

/** A session with its open questions, oldest first. */
export interface WaitingSession {
  readonly sessionId: string
  readonly questions: readonly Question[]
}

/** Yields the sessions with open questions, the longest waiting first. The index is eventually consistent. */
export async function* eachWaitingSession(): AsyncGenerator<WaitingSession> {
  const sessions = queryAll({
    TableName: env('SESSIONS_TABLE'),
    IndexName: 'openQuestions',
    KeyConditionExpression: 'waits = :waits',
    ExpressionAttributeValues: { ':waits': 'waits' },
  })
  for await (const { sessionId, questions = [] } of sessions)
    yield { sessionId: String(sessionId), questions: questions as readonly Question[] }
}

/** Returns all of them: one request, unless a great many wait. */
export const waitingSessions = (): Promise<readonly WaitingSession[]> =>
  Array.fromAsync(eachWaitingSession())
