/** Questions to a person, which wait in the session's item until they are answered or expire. */
import type { DeliveredFile } from '../channels/delivery.ts'
import type { ReturnAddress } from '../channels/index.ts'

/**
 * `ask`: the conductor asks, and any reply answers it. `decision`: what becomes of a worker. `approval`: whether a message
 * leaves. The last two are decided by one of their choices only.
 */
export type QuestionKind = 'ask' | 'decision' | 'approval'

/** The choices of a decision about a worker, in the order in which they are numbered. */
export const DECISIONS = ['accept as it is', 'two more attempts', 'stop'] as const

/** The choices of an approval. */
export const APPROVALS = ['yes', 'no'] as const

/** A message that waits for approval. */
export interface HeldDelivery {
  /** The command that sends it, and the number of the entry that has its text. */
  readonly commandId: string
  readonly seq: number
  readonly to: ReturnAddress
  readonly files?: readonly DeliveredFile[]
  /** SHA-256 of exactly what would be sent, in hex. */
  readonly sha256: string
}

/** A question as a command asks it. */
export interface NewQuestion {
  readonly kind: QuestionKind
  /** Markdown for the person, without the choices. */
  readonly text: string
  /** Empty if any words may answer it. */
  readonly choices: readonly string[]
  readonly remindAfterHours?: number | undefined
  readonly expiresAfterHours?: number | undefined
  /** The choice, or the answer, if it expires. */
  readonly default?: string | undefined
  /** Of a decision: the worker that it is about. */
  readonly workerId?: string
  /** Of an approval. */
  readonly delivery?: HeldDelivery
}

/** A question that waits for its answer. */
export interface Question extends NewQuestion {
  /** `q1`, `q2`, …; no number is used twice in a session. */
  readonly id: string
  /** The number of the notice that asks it. */
  readonly seq: number
  /** ISO 8601. */
  readonly askedAt: string
  /** When the person is reminded, once (ms since the epoch). Absent if they are not, or have been. */
  readonly remindAt?: number
  /** ms since the epoch. */
  readonly expiresAt: number
  /** The messages whose senders are asked. */
  readonly about: readonly { readonly id: string }[]
  /** The addresses of these senders. Empty if they all read the history; then the operator answers. */
  readonly asked: readonly string[]
  /** The last turn by then. Absent if own words may answer it; of decisions, earlier versions did not keep it. */
  readonly turn?: number
}

/** Returns the question in which a person decides about this worker, if it is open. */
export const openDecision = (
  { questions = [] }: { readonly questions?: readonly Question[] },
  workerId: string,
): Question | undefined =>
  questions.find((question) => question.kind === 'decision' && question.workerId === workerId)

/** How a question was closed. */
export type Closing = 'answered' | 'expired' | 'stopped' | 'withdrawn' | 'deleted'

/** A question that was closed lately, so that a late answer can be told so. */
export interface ClosedQuestion extends Pick<Question, 'id' | 'choices' | 'asked'> {
  readonly how: Closing
  /** The choice that was made, unless it was answered in the person's own words. */
  readonly choice?: string
  /** The last turn by then. */
  readonly turn: number
}

/** An open question beside a message, and who wrote that. */
export interface OpenBeside {
  readonly id: string
  readonly by: AnsweredBy
}

/** A question as the conductor sees it beside a message: the one that it answers, or one that stays open. */
export interface QuestionBeside extends Pick<Question, 'id' | 'kind' | 'text' | 'choices'> {
  /**
   * `words`: the message answers it in the person's own words, unless the conductor says that it does not. `default`:
   * nobody answered in time.
   */
  readonly how: 'choice' | 'words' | 'default' | 'open'
  /** What was chosen, or the default. */
  readonly choice?: string
  readonly by?: AnsweredBy
  /** What the choice has done. */
  readonly done?: string
  /** Of a decision. */
  readonly workerId?: string
}

/** Who answered: a proven address, the operator, or nobody in time. */
export type AnsweredBy = string

export const OPERATOR = 'the operator'
export const DEFAULT = 'the default'

/** At most this many questions wait in a session, because they are part of its item. */
export const MAX_QUESTIONS = 9
/** The most bytes of all of them. The item has 400 kB, and holds their notices too until these are written. */
const MAX_QUESTION_BYTES = 150_000

/** Returns whether the session's item has room for another question. */
export const hasRoom = (open: readonly Question[], another: NewQuestion): boolean =>
  open.length < MAX_QUESTIONS &&
  new TextEncoder().encode(JSON.stringify([...open, another])).length <= MAX_QUESTION_BYTES

/** Hours after which a person is reminded, and after which a question expires, unless the question says otherwise. */
export interface QuestionHours {
  readonly remind: number
  readonly expire: number
}
export const QUESTION_HOURS: QuestionHours = { remind: 24, expire: 7 * 24 }

/**
 * Returns for how many hours a question may wait at most, if the history is kept for so many days: the addresses of those
 * who are asked are kept no longer, and they have to hear how it ended.
 */
export const longestWait = (historyDays: number): number =>
  historyDays > 1 ? (historyDays - 1) * 24 : 12

/** Returns the number in the id of a question. */
export const questionNumber = (id: string): number => Number(id.slice(1))
