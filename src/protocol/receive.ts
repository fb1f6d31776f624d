/** A person's message, which may answer a question: it is appended, and a question that it answers by a choice closed, in one write. */
import { choiceIn, namedQuestion, type OwnWords, wouldAnswer } from '../core/answer.ts'
import { OPERATOR, type Question } from '../core/question.ts'
import { lateText, nameItText, whichText } from '../core/question-text.ts'
import type { Session } from '../core/session.ts'
import { transition, unchanged } from '../core/transition.ts'
import {
  type Arrival,
  append,
  isRefused,
  recordMessage,
  type WakeTarget,
  wakeTarget,
} from './append.ts'
import { notify, type SessionTransition } from './guards.ts'
import { openBeside } from './own-words.ts'
import { type Answer, answerQuestion, beside } from './questions.ts'

/** What a message may say to a question. */
export interface Reply extends OwnWords {
  /** The question that it answers, if its sender named it outside the text: by the API, or from another conversation. */
  readonly question?: string | undefined
  /** When Baton received it, ISO 8601. What was asked later is not what it answers. */
  readonly at?: string | undefined
}

/** Appends a person's message. Without a reply, or if no question is concerned, it is appended like any other. */
export function receive(
  session: Session,
  arrival: Arrival,
  reply: Reply | undefined,
): SessionTransition<WakeTarget> {
  const known = arrival.appended || session.seen[arrival.id] !== undefined
  if (known || !arrival.person || !reply || isRefused(session, arrival))
    return append(session, arrival)
  const said = understand(session, arrival, reply)
  const at = new Date(arrival.now).toISOString()
  if ('notice' in said) {
    const noted = recordMessage(session, arrival)
    return transition(notify(noted, said.notice, at, [arrival]), wakeTarget(noted))
  }
  const by = arrival.person.sender ?? OPERATOR
  if ('open' in said) {
    const open = openBeside(session, said.open, by)
    return append(session, open.length > 0 ? { ...arrival, beside: open } : arrival)
  }
  const { question, choice } = said
  const answer: Answer = { how: 'choice', choice, by, at }
  const { item } = append(session, { ...arrival, questions: [beside(question, answer)] })
  const answered = answerQuestion(item, question, answer)
  return transition(answered, wakeTarget(answered))
}

/** Returns whether the message would answer a question of this session, or be told that it is late. */
export function concernsQuestion(session: Session, arrival: Arrival, reply: Reply): boolean {
  const said = understand(session, arrival, reply)
  return !('open' in said) || said.open.length > 0
}

/** Returns whether the message is a bare answer to a question of this session, or one that is unclear or late. */
export const isBareAnswer = (session: Session, arrival: Arrival, reply: Reply): boolean =>
  !('open' in understand(session, arrival, reply))

/** Records an answer to a question of another session. Its sender is told where it goes. */
export function noteElsewhere(
  session: Session,
  arrival: Arrival,
  { sessionId, question }: { readonly sessionId: string; readonly question: string },
): SessionTransition<undefined> {
  if (arrival.appended || session.seen[arrival.id] !== undefined)
    return unchanged(session, undefined)
  const text = `This answers question ${question} of conversation ${sessionId}, which goes on there.`
  const noted = recordMessage(session, arrival)
  return transition(notify(noted, text, new Date(arrival.now).toISOString(), [arrival]), undefined)
}

type Understood =
  /** The sender is told, and nothing else happens. */
  | { readonly notice: string }
  | { readonly question: Question; readonly choice: string }
  /** Questions beside which the conductor reads the message. Until then they stay open. */
  | { readonly open: readonly Question[] }

const NOTHING: Understood = { open: [] }

function understand(session: Session, { person }: Arrival, reply: Reply): Understood {
  const mine = (session.questions ?? [])
    .filter(isAsked(person, reply))
    .filter((question) => wasWrittenAfter(reply, question))
  const closed = (session.closedQuestions ?? []).filter(isAsked(person, reply))
  const said = namedQuestion(reply.line)
  const id = reply.question ?? said.id
  const rest = id === said.id ? said.rest : reply.line
  const named = mine.find((question) => question.id === id)
  if (named) return answerTo(named, rest, reply)
  const gone = closed.find((question) => question.id === id)
  if (gone && (reply.question !== undefined || (reply.alone && wouldAnswer(rest, gone))))
    return { notice: lateText(gone) }
  // A question that was named outside the text is that one or none.
  if (reply.question !== undefined) return NOTHING
  return mine.length > 0 ? answerAny(session, mine, reply) : late(session, closed, reply)
}

/** Whoever was asked may answer, and so may the operator, who writes over HTTP. */
const isAsked =
  (person: Arrival['person'], { question: named }: Reply) =>
  ({ id, asked }: Pick<Question, 'id' | 'asked'>) =>
    person?.channel === 'http' ||
    named === id ||
    (person?.sender !== undefined && asked.includes(person.sender))

/**
 * Returns whether a message came after a question was asked. A "yes" that waited on the queue meanwhile is to something
 * else, and must not approve what its sender has not seen.
 */
export const wasWrittenAfter = (
  { at }: Pick<Reply, 'at'>,
  { askedAt }: Pick<Question, 'askedAt'>,
) => at === undefined || at >= askedAt

function answerTo(question: Question, line: string, { alone }: Reply): Understood {
  const choice = alone ? choiceIn(line, question) : undefined
  return choice === undefined ? { open: [question] } : { question, choice }
}

/** The message names no question. */
function answerAny(session: Session, mine: readonly Question[], reply: Reply): Understood {
  const [only, ...others] = mine
  if (only && others.length === 0)
    return isUnclear(session, only, reply)
      ? { notice: nameItText(only) }
      : answerTo(only, reply.line, reply)
  const matching = mine.filter((question) => choiceIn(reply.line, question) !== undefined)
  if (reply.alone && matching.length > 0) return { notice: whichText(mine) }
  return { open: mine }
}

/**
 * Returns whether a bare answer may be meant for something that the conductor has said since. A conductor that was talked
 * into it could ask something harmless, and the yes to that must not send a message or accept a worker's work.
 */
export const isUnclear = ({ lastTurn }: Session, question: Question, { line, alone }: Reply) =>
  question.kind !== 'ask' &&
  alone &&
  lastTurn > (question.turn ?? lastTurn) &&
  choiceIn(line, question) !== undefined

/**
 * No question waits for this person. A bare answer to the last one is late, unless the conductor has spoken since, other
 * than about its answer: then it may be about that.
 */
function late(
  { lastTurn }: Session,
  closed: Session['closedQuestions'] & object,
  { line, alone }: Reply,
): Understood {
  const last = closed.at(-1)
  if (!last || !alone || !wouldAnswer(line, last)) return NOTHING
  const turns = last.how === 'answered' ? 1 : 0
  return lastTurn - last.turn <= turns ? { notice: lateText(last) } : NOTHING
}
