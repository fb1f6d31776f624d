/** The session item: all of a session's progress, changed by one conditional write at a time. */

import type { Channel } from '../channels/index.ts'
import type { ExceededBudget, Raised } from './budget.ts'
import type { AttachedFile } from './message.ts'
import type { Day, Tally } from './tally.ts'

/** A message that waits for an answer. Its body is stored separately, under its id. */
export interface Waiting {
  readonly seq: number
  /** Deduplicates the message: one id has one entry and one turn. */
  readonly id: string
  readonly from: 'person' | 'worker' | 'system'
  /** Bytes of its text; a turn takes only what fits into one prompt. */
  readonly size: number
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
  /** The last problem. The senders see it if the turn is abandoned. */
  readonly trouble?: string
  /** In phase `run`: the number of commands, the index of the next one, and the number of the first worker to spawn. */
  readonly count: number
  readonly next: number
  readonly firstWorker: number
  /** Once accepted: the id of the result it was read from, and the number of its history entry. */
  readonly accepted?: string
  readonly entry?: number
}

export type AskAgain = 'structure' | 'silence'

/** A history entry that has a number but may not be written yet. TakeMessages writes it again. */
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
    }
  | {
      readonly seq: number
      readonly kind: 'receipt'
      readonly run: number
      readonly spent: Tally
      readonly at: string
    }

/** A worker that is busy with a leg. The run stays open for it until the deadline (ms since the epoch). */
export interface Busy {
  readonly leg: number
  readonly deadline: number
  /** When it was assigned (ms since the epoch), and the sandbox seconds reserved for it. */
  readonly since: number
  readonly reserved: number
  /** The latest messages of the turn that assigned it. Their senders wait for its report. */
  readonly about?: readonly { readonly id: string }[]
}

export interface Conductor {
  readonly sandboxId?: string
  /** When the sandbox was created or last resumed (ms since the epoch). Its hour starts here. */
  readonly awakeSince?: number
  /** Sandbox time is counted up to here (ms since the epoch). */
  readonly countedTo?: number
  readonly cliSession: string
  /** S3 key of the last accepted turn's transcript, from which the next turn starts. */
  readonly transcript?: string
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
  /** Set if a command met a used-up budget: the run pauses once the turn is done. */
  readonly over?: ExceededBudget
  /** The budget at which the run paused; `seq` is the number of the notice. */
  readonly paused?: ExceededBudget & { readonly seq: number }
  /** Messages held until a person continues the session. */
  readonly held: readonly Waiting[]
  readonly raised: Raised
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

/** Returns whether work is outstanding. The run protocol's invariant: while it is, the run is open. */
export const outstanding = ({ inbox, turn, abandoned }: Session) =>
  inbox.length > 0 || turn !== undefined || abandoned.length > 0
