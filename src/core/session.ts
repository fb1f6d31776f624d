/** The session item: all of a session's progress, changed by one conditional write at a time. */

import type { Channel } from '../channels/index.ts'
import type { JudgedWorker } from '../contract/review.ts'
import type { ExceededBudget, Raised } from './budget.ts'
import type { AttachedFile } from './message.ts'
import type {
  AnsweredBy,
  ClosedQuestion,
  HeldDelivery,
  OpenBeside,
  Question,
  QuestionBeside,
} from './question.ts'
import type { Day, Tally } from './tally.ts'

/** A message that waits for an answer. Its body is stored separately, under its id. */
export interface Waiting {
  readonly seq: number
  /** Deduplicates the message: one id has one entry and one turn. */
  readonly id: string
  readonly from: 'person' | 'worker' | 'system'
  /** Bytes of its text; a turn takes only what fits into one prompt. */
  readonly size: number
  /** Questions that it has answered. Earlier versions kept all questions beside it here. */
  readonly questions?: readonly QuestionBeside[]
  /** Questions that were open when it came, beside which the conductor has to read it. */
  readonly beside?: readonly OpenBeside[]
}

/** The turn under way and its job. It is removed when its last command is done. */
export interface Turn {
  readonly n: number
  readonly phase: 'ask' | 'run'
  readonly messages: readonly Waiting[]
  /** How often the conductor was asked, at most `MAX_ASKED` times. */
  readonly asked: number
  /** The current job's fencing number. */
  readonly job?: number
  /** The task token that the current job's result completes. */
  readonly token?: string
  /** Id of the stored result of the current job. */
  readonly result?: string
  /** Why the conductor is asked again; the prompt says so. Each reason is used once. */
  readonly again?: AskAgain
  /** With `verdict`: what is wrong with the verdicts, one line each. */
  readonly problems?: readonly string[]
  /** The last problem. The senders see it if the turn is abandoned. */
  readonly trouble?: string
  /** Set if asking again does not help: what to do about it. The turn is abandoned then. */
  readonly advice?: string
  /** The history says that the model does not answer. */
  readonly noted?: true
  /** In phase `run`: the number of commands, the index of the next one, and the number of the first worker to spawn. */
  readonly count: number
  readonly next: number
  readonly firstWorker: number
  /** Once accepted: the id of the result it was read from, and the number of its history entry. */
  readonly accepted?: string
  readonly entry?: number
}

export type AskAgain = 'structure' | 'silence' | 'criteria' | 'verdict'

/** Why a result cannot be used. */
export interface Unusable {
  /** What to ask for next time. */
  readonly again?: AskAgain
  /** What is wrong with its verdicts. */
  readonly problems?: readonly string[]
  readonly trouble: string
  /** What to do about it, if asking again does not help. */
  readonly advice?: string
}

/** What a person reads of a worker whose work a turn accepts. */
export interface VerdictLine {
  readonly workerId: string
  readonly text: string
}

/** A history entry that has a number but may not be written yet. The run writes it again. */
export type PendingEntry =
  | { readonly seq: number; readonly kind: 'message'; readonly id: string }
  | {
      readonly seq: number
      readonly kind: 'turn'
      readonly n: number
      readonly run: number
      readonly at: string
      /** Ids of the messages that the turn answers. */
      readonly covered: readonly { readonly id: string }[]
      readonly result: string
      readonly silent: boolean
      readonly firstWorker: number
      /** Model usage of its jobs. */
      readonly used?: Tally
      /** The version of the prompt that the conductor got. Earlier items lack it. */
      readonly prompt?: string
      /** What a person reads of the work that the turn accepts. */
      readonly verdicts?: readonly VerdictLine[]
      /** What the run had spent by then, if the reply should say so. */
      readonly soFar?: Tally
    }
  | {
      readonly seq: number
      readonly kind: 'notice'
      readonly text: string
      readonly at: string
      /** The messages that it is about; their senders get the notice. Items written before SMS was added lack it. */
      readonly about?: readonly { readonly id: string }[]
      /** The question that it asks. */
      readonly question?: Pick<Question, 'id' | 'kind' | 'choices'>
      /** The message whose text follows, because it waits for approval. */
      readonly shows?: Pick<HeldDelivery, 'seq' | 'commandId'>
    }
  | {
      readonly seq: number
      readonly kind: 'answer'
      readonly at: string
      /** The id of the question. */
      readonly question: string
      readonly by: AnsweredBy
      /** What was chosen. Absent if it was answered in the person's own words. */
      readonly choice?: string
      /** What the choice has done. */
      readonly done?: string
      /** The message that was approved. Writing the entry queues it. */
      readonly deliver?: HeldDelivery
    }
  | {
      readonly seq: number
      readonly kind: 'receipt'
      readonly run: number
      readonly spent: Tally
      readonly at: string
      /** The workers that were judged since the previous receipt. */
      readonly judged?: readonly JudgedWorker[]
    }

/** A worker that is busy with a leg. The run stays open for it until the deadline (ms since the epoch). */
export interface Busy {
  readonly leg: number
  readonly deadline: number
  /** When it was assigned (ms since the epoch), and the sandbox seconds reserved for it. */
  readonly since: number
  readonly reserved: number
  /** The history says that the model does not answer this worker. */
  readonly noted?: true
  /** The latest messages of the turn that assigned it. Their senders wait for its report. */
  readonly about?: readonly { readonly id: string }[]
}

export interface Conductor {
  readonly sandboxId?: string
  /**
   * When the sandbox was created or last resumed (ms since the epoch). Its hour starts here. Absent while it is known to
   * be paused.
   */
  readonly awakeSince?: number
  /** Sandbox time is counted up to here (ms since the epoch). */
  readonly countedTo?: number
  readonly cliSession: string
  /** S3 key of the transcript from which the next turn starts: that of the last accepted turn that saved one. */
  readonly transcript?: string
  /** Failed attempts to use this sandbox, since it last brought a result. */
  readonly sandboxFailures?: number
  /** The sandbox is a replacement, and the conductor does not know it yet. */
  readonly filesLost?: true
  /** The first history number that this transcript lacks. Absent if the last accepted turn saved its transcript. */
  readonly forgottenFrom?: number
}

export interface Session {
  readonly sessionId: string
  /** When the session's first message arrived, ISO 8601. */
  readonly createdAt: string
  readonly channel: Channel
  /** Who wrote first, if that was proven. Spending counts towards this sender's budget. */
  readonly sender?: string
  /** The latest email attachments. */
  readonly files?: readonly AttachedFile[]
  readonly run: {
    readonly id: number
    readonly open: boolean
    /** Recoveries since the last accepted or abandoned turn. */
    readonly tries: number
    /** AwaitMessage's task token. `k` grows within a run, so that a late step never replaces a newer token. */
    readonly token?: { readonly k: number; readonly value: string }
  }
  readonly inbox: readonly Waiting[]
  readonly seen: Readonly<Record<string, number>>
  readonly pendingEntries: readonly PendingEntry[]
  readonly lastSeq: number
  readonly lastTurn: number
  /** Fencing number of the sandbox; never reset. */
  readonly lastJob: number
  readonly lastWorker: number
  readonly turn?: Turn
  /** Abandoned messages, until their senders were told. */
  readonly abandoned: readonly Waiting[]
  /** `run.id` when the session was last stopped. */
  readonly stopped: number
  readonly busy: Readonly<Record<string, Busy>>
  readonly conductor: Conductor
  /** What the session has used, without model usage, which is in its ledger. */
  readonly counts: Tally
  readonly days: readonly Day[]
  /** Total usage at the last receipt, models included. A run's spending counts from here. */
  readonly receipted: Tally
  /** The workers that were judged since then, for the next receipt. */
  readonly judged?: readonly JudgedWorker[]
  /** Set if a command met a used-up budget: the run pauses once the turn is done. */
  readonly over?: ExceededBudget
  /** The budget at which the run paused; `seq` is the number of the notice. */
  readonly paused?: ExceededBudget & {
    readonly seq: number
    /** ISO 8601. Earlier items lack it. */
    readonly at?: string
  }
  /** The last message by which a person accepted work in a paused session. Its effect is repeated if it is delivered again. */
  readonly acceptedBy?: string
  /** Messages held until a person continues the session. */
  readonly held: readonly Waiting[]
  readonly raised: Raised
  /** Questions to a person that wait for an answer, oldest first, and the latest that were closed. */
  readonly questions?: readonly Question[]
  readonly closedQuestions?: readonly ClosedQuestion[]
  /** The number of the last question; never reset. */
  readonly lastQuestion?: number
  /** Names of the recipients to whom a person has let a message go. Absent in items written before approvals were added. */
  readonly approved?: readonly string[]
  /** Entries up to this number were deleted with earlier conversations. */
  readonly forgottenTo?: number
  /** Set after deletion until the next message; only the counters are left. */
  readonly deleted?: true
}

/** A session before its first message. */
export const newSession = (
  sessionId: string,
  channel: Session['channel'],
  cliSession: string,
  at: string,
): Session => ({
  sessionId,
  createdAt: at,
  channel,
  run: { id: 0, open: false, tries: 0 },
  inbox: [],
  seen: {},
  pendingEntries: [],
  lastSeq: 0,
  lastTurn: 0,
  lastJob: 0,
  lastWorker: 0,
  abandoned: [],
  stopped: 0,
  busy: {},
  conductor: { cliSession },
  counts: {},
  days: [],
  receipted: {},
  held: [],
  raised: {},
})

/** Returns the number up to which every entry is known to have been written. Some have expired since. */
export const writtenTo = ({
  lastSeq,
  pendingEntries,
}: Pick<Session, 'lastSeq' | 'pendingEntries'>) =>
  Math.min(lastSeq + 1, ...pendingEntries.map(({ seq }) => seq)) - 1

/** Returns whether work is outstanding. The run protocol's invariant: while it is, the run is open. */
export const outstanding = ({ inbox, turn, abandoned }: Session) =>
  inbox.length > 0 || turn !== undefined || abandoned.length > 0
