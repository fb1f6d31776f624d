/** Understands a bare answer without a model: one line that names a choice. */
import type { ClosedQuestion, Question } from './question.ts'

/** What a person wrote themselves, without quotes. */
export interface OwnWords {
  /** The first line that is not empty. */
  readonly line: string
  /** Whether nothing but their signature follows. */
  readonly alone: boolean
}

/** `q2 yes`, `q2: yes` or `2: yes`. */
const NAMED =
  /^(?:q(?<id>[1-9]\d{0,5})\s*(?:[:.)-]\s*|\s)|(?<number>[1-9]\d{0,5}):\s*)(?<rest>\S.*)$/i

/** Returns the question that the line names, and the rest of the line. */
export function namedQuestion(line: string): { readonly id?: string; readonly rest: string } {
  const { id, number = id, rest } = NAMED.exec(line)?.groups ?? {}
  return number === undefined || rest === undefined ? { rest: line } : { id: `q${number}`, rest }
}

/** Case, spaces, quotation marks and an end mark do not matter. */
const normal = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/^["'“”‘’«»„]+/, '')
    .replace(/["'“”‘’«»„]*[.!)]?$/, '')
    .trim()

const YES_OR_NO = ['yes', 'no']

/**
 * Returns the choice that the line names, or undefined if it names none or several: by its number, by its own words, or
 * by the `yes` or `no` with which it alone begins.
 */
export function choiceIn(line: string, { choices }: Pick<Question, 'choices'>): string | undefined {
  const said = normal(line)
  const begins = YES_OR_NO.includes(said)
    ? choices.filter((choice) => normal(choice).split(/\W/)[0] === said)
    : []
  const found = choices.filter(
    (choice, i) => said !== '' && (normal(choice) === said || String(i + 1) === said),
  )
  const [only, ...others] = found.length > 0 ? found : begins
  return others.length === 0 ? only : undefined
}

/** Choices of a question of a deleted conversation, whose words are forgotten. */
const ANY = /^(?:yes|no|[1-9])$/

/** Returns whether the line would have answered a question that was closed. */
export const wouldAnswer = (line: string, closed: ClosedQuestion): boolean =>
  closed.how === 'deleted' ? ANY.test(normal(line)) : choiceIn(line, closed) !== undefined

/** Returns whether the choices can be told apart by their words and numbers. */
export const areDistinct = (choices: readonly string[]): boolean =>
  choices.every((choice) => choiceIn(choice, { choices }) === choice) &&
  choices.every((choice, i) => choiceIn(String(i + 1), { choices }) === choice)

/**
 * Returns what a person wrote themselves. `earlier` are their earlier messages in the session: lines with which one of
 * them ended are their signature.
 */
export function ownWords(text: string, earlier: readonly string[]): OwnWords {
  const [line = '', ...rest] = linesOf(text)
  const signed = earlier.some((message) => endsWith(linesOf(message), rest))
  return { line, alone: rest.length === 0 || signed }
}

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** Returns whether `lines` end with `end`, and have more. */
const endsWith = (lines: readonly string[], end: readonly string[]) =>
  lines.length > end.length && end.every((line, i) => line === lines.at(i - end.length))
