/** What people read about questions. */
import { type ClosedQuestion, MAX_QUESTIONS, type NewQuestion, type Question } from './question.ts'

const numbered = (choices: readonly string[]) =>
  choices.map((choice, i) => `${i + 1}. ${choice}`).join('\n')

/** `30 Nov 2026, 14:05 UTC` */
const timeText = (ms: number) =>
  `${new Date(ms).toLocaleString('en-GB', { timeZone: 'UTC', dateStyle: 'medium', timeStyle: 'short' })} UTC`

/** The text of a question for a person. `several`: other questions are open, so that the answer must name it. */
export function questionText(question: Question, several: boolean): string {
  const { id, text, choices } = question
  return [
    `Question ${id}: ${text}`,
    ...(choices.length > 0 ? [numbered(choices)] : []),
    `${howToAnswer(question, several)} ${otherwise(question)}`,
  ].join('\n\n')
}

function howToAnswer(
  { id, kind, choices }: Pick<Question, 'id' | 'kind' | 'choices'>,
  several: boolean,
): string {
  if (choices.length === 0)
    return several
      ? `Several questions are open, so begin your answer with ${id}.`
      : 'Answer in your own words.'
  const first = several ? `${id} 1` : '1'
  const also = kind === 'ask' ? ' You can also answer in your own words.' : ''
  return `Answer with a line that has only the ${several ? 'question and the number' : 'number'}, such as “${first}”.${also}`
}

/** Says what happens if nobody answers. */
const otherwise = ({ expiresAt, default: given }: Question) =>
  given === undefined
    ? `Without an answer by ${timeText(expiresAt)}, nothing will be done.`
    : `Without an answer by ${timeText(expiresAt)}, the answer is “${given}”.`

/** The one reminder. */
export const reminderText = (question: Question, several: boolean): string =>
  `This is the only reminder.\n\n${questionText(question, several)}`

/** Why the conductor may not ask anything else now. */
export const NO_ROOM = `Too much waits for the person already: at most ${MAX_QUESTIONS} questions, or fewer with many files. Wait for an answer first.`

/** Nobody answered, and the question has no default. */
export const expiredText = ({ id, text }: Question): string =>
  `No answer came to question ${id}, so nothing was done about it: ${firstWords(text)}\n\nIf it still matters, write what you want.`

/** Nobody answered, so the default counts. */
export const defaultText = ({ id, default: given }: Question): string =>
  `Nobody answered question ${id} in time, so its default counts: “${given}”.`

/** The answer comes too late. */
export function lateText({ id, how, choice }: ClosedQuestion): string {
  const why = {
    answered: choice === undefined ? 'has been answered' : `has been answered with “${choice}”`,
    expired: 'has expired',
    stopped: 'was dropped when the conversation was stopped',
    withdrawn: 'was withdrawn, because it was no longer needed',
    deleted: 'was deleted with its conversation',
  }[how]
  return `This answer did nothing: question ${id} ${why}, and nothing waits for it. If you mean something else, write it in a sentence.`
}

/** A bare answer, but several questions are open. */
export const whichText = (open: readonly Question[]): string =>
  [
    'Several questions are open, so this answer did nothing yet. Say which one you mean:',
    open.map(({ id, text }) => `- ${id}: ${firstWords(text)}`).join('\n'),
    `For example “${open.at(-1)?.id} 1”.`,
  ].join('\n\n')

/** A bare answer to an approval, but the conductor has said more since it was asked. */
export const nameItText = ({ id, text }: Question): string =>
  `This answer did nothing yet, because you have been told more since question ${id}: ${firstWords(text)}\n\nTo answer it, name it, as in “${id} 1”. If you mean something else, write it in a sentence.`

/** One line for a list of questions. */
export const firstWords = (text: NewQuestion['text']): string => {
  const [line = ''] = text.trim().split('\n')
  return line.length > 120 ? `${line.slice(0, 119)}…` : line
}
