/** Open questions as the API shows them. */
import type { QuestionView } from '../contract/api/question.ts'
import type { Question } from './question.ts'
import type { Session } from './session.ts'

/** Returns a question's id, which is unique among all sessions. A session's id contains no dot. */
const uniqueId = (sessionId: string, { id }: Pick<Question, 'id'>) => `${sessionId}.${id}`

/** Splits the unique id of a question. */
export function readQuestionId(unique: string): { sessionId: string; id: string } {
  const dot = unique.lastIndexOf('.')
  return { sessionId: unique.slice(0, dot), id: unique.slice(dot + 1) }
}

/** A place in the list of all open questions, oldest first. */
export type QuestionPlace = Pick<QuestionView, 'askedAt' | 'id'>

/** Returns whether the first question comes after the second one in the list. */
export const isAfter = (a: QuestionPlace, b: QuestionPlace): boolean =>
  a.askedAt === b.askedAt ? a.id > b.id : a.askedAt > b.askedAt

/** Returns the session's open questions, oldest first. */
export const questionViews = ({
  sessionId,
  questions = [],
}: Pick<Session, 'sessionId' | 'questions'>): QuestionView[] =>
  questions.map((question) => ({
    id: uniqueId(sessionId, question),
    sessionId,
    number: question.id,
    kind: question.kind,
    text: question.text,
    choices: [...question.choices],
    default: question.default ?? null,
    workerId: question.workerId ?? null,
    to: question.delivery?.to.address ?? null,
    askedAt: question.askedAt,
    expiresAt: new Date(question.expiresAt).toISOString(),
    seq: question.seq,
  }))
