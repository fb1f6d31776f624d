/** What the sweep does about questions that nobody answers: one reminder, then the default or a polite end. */
import { choiceIn } from '../core/answer.ts'
import { DEFAULT, type Question } from '../core/question.ts'
import { expiredText, reminderText } from '../core/question-text.ts'
import type { Session } from '../core/session.ts'
import { transition, unchanged } from '../core/transition.ts'
import { append, type WakeTarget, wakeTarget } from './append.ts'
import { shownBy } from './approval.ts'
import { notify, type SessionTransition } from './guards.ts'
import { mayBeAnswered } from './own-words.ts'
import { type Answer, answerQuestion, beside, closeQuestions } from './questions.ts'

/** The message that brings a default to the conductor; its body is already stored under this id. */
export interface DefaultMessage {
  readonly id: string
  readonly size: number
}

const isExpired = ({ expiresAt }: Question, now: number) => expiresAt <= now

/** Returns what is due for a question at `now` (ms since the epoch). */
export function dueOf(question: Question, now: number): 'reminder' | 'end' | undefined {
  if (isExpired(question, now)) return 'end'
  return question.remindAt !== undefined && question.remindAt <= now ? 'reminder' : undefined
}

/** Reminds whoever was asked, once, unless they have written something that may be the answer. Returns whether this call did it. */
export function remind(session: Session, id: string, now: number): SessionTransition<boolean> {
  const { questions = [] } = session
  const question = questions.find((each) => each.id === id)
  if (!question || dueOf(question, now) !== 'reminder' || mayBeAnswered(session, question))
    return unchanged(session, false)
  const { remindAt: _, ...reminded } = question
  const text = reminderText(question, questions.length > 1)
  const at = new Date(now).toISOString()
  const told = notify(session, text, at, question.about, shownBy(question))
  const kept = questions.map((each) => (each.id === id ? reminded : each))
  return transition({ ...told, questions: kept }, true)
}

/**
 * Ends an expired question, unless the conductor has yet to read what may be its answer. With a default, that is its answer, and the conductor gets the message. Without one, whoever
 * was asked is told that nothing was done. Returns the run to wake.
 */
export function expire(
  session: Session,
  id: string,
  { id: messageId, size }: DefaultMessage,
  now: number,
): SessionTransition<WakeTarget> {
  const question = session.questions?.find((each) => each.id === id)
  if (!question || !isExpired(question, now)) return unchanged(session, wakeTarget(session))
  if (mayBeAnswered(session, question)) return unchanged(session, undefined)
  const at = new Date(now).toISOString()
  if (question.default === undefined) {
    const closed = closeQuestions(session, [question], 'expired')
    const item = notify(closed, expiredText(question), at, question.about)
    return transition(item, wakeTarget(item))
  }
  const choice = choiceIn(question.default, question) ?? question.default
  const answer: Answer = { how: 'default', choice, by: DEFAULT, at }
  const message = { id: messageId, from: 'system', size, now } as const
  const { item } = append(session, { ...message, questions: [beside(question, answer)] })
  const answered = answerQuestion(item, question, answer)
  return transition(answered, wakeTarget(answered))
}
