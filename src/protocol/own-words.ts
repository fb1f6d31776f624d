/**
 * Messages that a person wrote while a question was open, other than a choice. The question stays open until the
 * conductor has read them: then they answer it, unless the conductor says that they do not.
 */
import type { OpenBeside, Question, QuestionBeside } from '../core/question.ts'
import type { Session, Turn, Waiting } from '../core/session.ts'
import { answerQuestion, beside } from './questions.ts'

const isBeside =
  ({ id }: Pick<Question, 'id'>) =>
  ({ beside: open = [] }: Waiting) =>
    open.some((each) => each.id === id)

/** Messages that have a question beside them, at most; bounded so that the session's item stays small. */
const BESIDE = 50

/** Returns those of the questions that a new message gets beside it. */
export const openBeside = (
  { inbox, held }: Session,
  questions: readonly Question[],
  by: string,
): readonly OpenBeside[] =>
  questions
    .filter((question) => [...inbox, ...held].filter(isBeside(question)).length < BESIDE)
    .map(({ id }) => ({ id, by }))

/** Returns whether the conductor has yet to read a message that may answer the question. Until then only a choice ends it. */
export const mayBeAnswered = (
  { inbox, held, abandoned }: Session,
  question: Pick<Question, 'id'>,
): boolean => [...inbox, ...held, ...abandoned].some(isBeside(question))

/** Returns whether the conductor has yet to read the message. */
export const isUnread = ({ inbox, held, abandoned }: Session, messageId: string): boolean =>
  [...inbox, ...held, ...abandoned].some(({ id }) => id === messageId)

/** Returns for each message what the conductor sees beside it: what it answers, and each open question once. */
export function questionsBeside(
  { questions: open = [] }: Session,
  messages: readonly Waiting[],
): readonly (readonly QuestionBeside[])[] {
  return messages.map(({ questions = [], beside: marks = [] }, i) => {
    const above = messages.slice(0, i)
    const shown = open
      .filter((question) => marks.some(({ id }) => id === question.id))
      .filter((question) => !above.some(isBeside(question)))
    return [...questions, ...shown.map((question) => beside(question))]
  })
}

/** Closes what the messages of a turn answer in own words, but for what the conductor keeps open. `at` is ISO 8601. */
export function answerInWords(
  session: Session,
  { messages, n }: Pick<Turn, 'messages' | 'n'>,
  { keeps, at }: { readonly keeps: readonly string[]; readonly at: string },
): Session {
  const marks = messages.flatMap((message) => message.beside ?? [])
  return (session.questions ?? []).reduce((item, question) => {
    const mark = marks.find(({ id }) => id === question.id)
    const isAnswered = mark && question.kind === 'ask' && !keeps.includes(question.id)
    return isAnswered
      ? answerQuestion(item, question, { how: 'words', by: mark.by, at, turn: n - 1 })
      : item
  }, session)
}
