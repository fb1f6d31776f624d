/** Questions to a person: asked, closed and answered in the session's item, each once. */
import {
  type AnsweredBy,
  type Closing,
  DECISIONS,
  type HeldDelivery,
  hasRoom,
  type NewQuestion,
  openDecision,
  QUESTION_HOURS,
  type Question,
  type QuestionBeside,
  type QuestionHours,
} from '../core/question.ts'
import { questionText } from '../core/question-text.ts'
import { outstanding, type PendingEntry, type Session } from '../core/session.ts'
import { transition, unchanged } from '../core/transition.ts'
import type { Verdict } from '../core/worker.ts'
import { approvedDelivery, approvedRecipients, shownBy } from './approval.ts'
import { count, isCurrentRun, notify, type SessionTransition, withoutWorker } from './guards.ts'

/** Whom a command asks, and how long it waits. */
export interface Asking {
  /** The addresses of the turn's senders; none if they all read the history. */
  readonly asked: readonly string[]
  readonly hours?: QuestionHours
  /** The messages whose senders are asked, if not those of the turn. */
  readonly about?: readonly { readonly id: string }[]
}

const HOUR = 3_600_000
/** A question is for the latest senders of a turn, so that the item stays small. */
const ASKED = 5

/** Adds a question and its notice, in the write that records its command as done. `now` in ms since the epoch. */
export function askQuestion(
  session: Session,
  question: NewQuestion,
  { asked, hours = QUESTION_HOURS, about: given }: Asking,
  now: number,
): Session {
  const { turn, questions = [], lastQuestion = 0, lastSeq } = session
  const { remindAfterHours = hours.remind, expiresAfterHours = hours.expire, ...asks } = question
  const about = (given ?? turn?.messages ?? []).slice(-ASKED).map(({ id }) => ({ id }))
  const added: Question = {
    ...asks,
    id: `q${lastQuestion + 1}`,
    seq: lastSeq + 1,
    askedAt: new Date(now).toISOString(),
    ...(remindAfterHours < expiresAfterHours && { remindAt: now + remindAfterHours * HOUR }),
    expiresAt: now + expiresAfterHours * HOUR,
    about,
    asked: asked.slice(-ASKED),
    ...(asks.kind !== 'ask' && { turn: session.lastTurn }),
  }
  const text = questionText(added, questions.length > 0)
  const { id, kind, choices } = added
  return {
    ...notify(session, text, added.askedAt, about, {
      question: { id, kind, choices },
      ...shownBy(added),
    }),
    questions: [...questions, added],
    lastQuestion: lastQuestion + 1,
  }
}

/**
 * Asks about a worker before the run closes, unless something is outstanding, the question is open, or too many
 * are. Then another run closes later. It does not ask either if there is a newer history entry than `seq`, the last one
 * when the workers were read: somebody may have decided since.
 */
export function askBeforeClose(
  session: Session,
  r: number,
  {
    question,
    asking,
    seq,
    now,
  }: {
    readonly question: NewQuestion
    readonly asking: Asking
    readonly seq: number
    readonly now: number
  },
): SessionTransition<void> {
  const { questions = [], paused } = session
  if (!isCurrentRun(session, r) || outstanding(session) || paused || session.lastSeq !== seq)
    return unchanged(session, undefined)
  const { workerId } = question
  if (workerId === undefined || openDecision(session, workerId) || !hasRoom(questions, question))
    return unchanged(session, undefined)
  return transition(askQuestion(session, question, asking, now), undefined)
}

/** How many closed questions a session remembers. */
const CLOSED = 10

/** Closes questions, if they are open. A late answer is told how. */
export function closeQuestions(
  session: Session,
  closing: readonly Question[],
  how: Closing,
  { choice, turn = session.lastTurn }: Partial<Pick<Answer, 'choice' | 'turn'>> = {},
): Session {
  if (closing.length === 0) return session
  const { questions: open = [], closedQuestions = [], ...others } = session
  const ids = new Set(closing.map(({ id }) => id))
  const left = open.filter(({ id }) => !ids.has(id))
  const closed = closing.map(({ id, choices, asked }) => ({
    id,
    // The words of what was deleted are forgotten.
    choices: how === 'deleted' ? [] : choices,
    asked,
    how,
    ...(choice !== undefined && { choice }),
    turn,
  }))
  return {
    ...others,
    ...(left.length > 0 && { questions: left }),
    closedQuestions: [...closedQuestions, ...closed].slice(-CLOSED),
  }
}

/** Withdraws the decisions about workers that have ended otherwise. */
export function withdrawDecisions(session: Session, ended: readonly string[]): Session {
  const about = (session.questions ?? []).filter(
    ({ kind, workerId }) =>
      kind === 'decision' && workerId !== undefined && ended.includes(workerId),
  )
  return closeQuestions(session, about, 'withdrawn')
}

/** How a question is answered: a choice, or own words without one. */
export interface Answer {
  readonly how: Exclude<QuestionBeside['how'], 'open'>
  readonly choice?: string
  readonly by: AnsweredBy
  /** ISO 8601. */
  readonly at: string
  /** The last turn before the one that reads it, if that is under way. */
  readonly turn?: number
}

/** Closes an open question as answered and adds its entry to the history, which also sends what was approved. */
export function answerQuestion(session: Session, question: Question, answer: Answer): Session {
  const { choice, by, at } = answer
  const delivery = approvedDelivery(question, answer)
  const done = doneText(question, answer)
  const seq = session.lastSeq + 1
  const entry: PendingEntry = {
    seq,
    kind: 'answer',
    at,
    question: question.id,
    by,
    ...(choice !== undefined && { choice }),
    ...(done !== undefined && { done }),
    ...(delivery && { deliver: delivery }),
  }
  const closed = closeQuestions(session, [question], 'answered', answer)
  const recorded = {
    ...closed,
    lastSeq: seq,
    pendingEntries: [...closed.pendingEntries, entry],
    ...(delivery && { approved: approvedRecipients(session, delivery) }),
  }
  const verdict = verdictOf(question, choice)
  if (!verdict || question.workerId === undefined) return recorded
  const busy = withoutWorker(recorded.busy, question.workerId)
  return count({ ...recorded, busy }, { [verdict]: 1 }, Date.parse(at))
}

/** Texts are cut, because the item holds them until the turn is over. */
const LONGEST = 2_000

/**
 * Returns the question as the conductor sees it beside the message that answers it. Without an answer it is open: own words
 * may answer what the conductor asks.
 */
export function beside(question: Question, answer?: Answer): QuestionBeside {
  const { id, kind, text, choices, workerId } = question
  const done = answer && doneText(question, answer)
  return {
    id,
    kind,
    text: text.slice(0, LONGEST),
    choices,
    how: answer?.how ?? (kind === 'ask' ? 'words' : 'open'),
    ...(answer && { by: answer.by }),
    ...(answer?.choice !== undefined && { choice: answer.choice }),
    ...(done !== undefined && { done }),
    ...(workerId !== undefined && { workerId }),
  }
}

/** Returns how a decision ends its worker, or undefined if it does not. */
export function verdictOf(
  { kind }: Pick<Question, 'kind'>,
  choice: string | undefined,
): Verdict | undefined {
  if (kind !== 'decision') return undefined
  const [accept, , stop] = DECISIONS
  if (choice === accept) return 'accepted'
  return choice === stop ? 'rejected' : undefined
}

const approvalText = (delivery: HeldDelivery | undefined) =>
  delivery ? `The message to ${delivery.to.address} is on its way.` : 'Nothing was sent.'

/** Returns what the choice has done, for the history and the conductor. */
function doneText(question: Question, answer: Answer): string | undefined {
  const { kind, workerId } = question
  const { choice } = answer
  if (choice === undefined || kind === 'ask') return undefined
  if (kind === 'approval') return approvalText(approvedDelivery(question, answer))
  const verdict = verdictOf(question, choice)
  return verdict
    ? `${workerId} has ended: its work is ${verdict}.`
    : `${workerId} may have two more attempts.`
}
