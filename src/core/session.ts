/** The session item: everything about a session's progress, moved by one conditional write at a time. */

import type { Channel } from '../channels/index.ts'
import type { ExceededBudget, Raised } from './budget.ts'
import type { AttachedFile } from './message.ts'
import type { Day, Tally } from './tally.ts'

/** A message that waits to be answered. Its body lies elsewhere, under its id. */
export interface Waiting {
  readonly seq: number
  /** What deduplicates it: one id, one entry, one turn. */
  readonly id: string
  readonly from: 'person' | 'worker' | 'system'
  /** Bytes of its text, so that a turn takes no more than fits into one prompt. */
  readonly size: number
}

/** The one turn under way and its job record; gone when its last command is done. */
export interface Turn {
  readonly n: number
  readonly phase: 'ask' | 'run'
  readonly messages: readonly Waiting[]
  /** How often the conductor was asked, at most `MAX_ASKED` times. */
  readonly asked: number
  /** The current job's fencing number. */
  readonly job?: number
  /** The task token that the current job's result answers. */
  readonly token?: string
  /** Id of the stored result of the current job. */
  readonly result?: string
  /** Why the conductor is asked again, said in the prompt. Once a reason. */
  readonly again?: AskAgain
  /** What went wrong last, told to the senders should the turn be abandoned. */
  readonly trouble?: string
  /** Phase `run`: number of commands, the next one to do, and the number of the first worker to be spawned. */
  readonly count: number
  readonly next: number
  readonly firstWorker: number
  /** Once accepted: id of the result it was read from, and number of its history entry. */
  readonly accepted?: string
  readonly entry?: number
}

export type AskAgain = 'structure' | 'silence'

/** A history entry that has its number but may not stand in the history yet; TakeMessages writes it again. */
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
      /** What the models of its jobs used. */
      readonly used?: Tally
      /** What the run had spent by then, where the reply is to say so. */
      readonly soFar?: Tally
    }
  | {
      readonly seq: number
      readonly kind: 'notice'
      readonly text: string
      readonly at: string
      /** The messages that it is about: whoever asked for them is told. Absent in what was written before there was SMS. */
      readonly about?: readonly { readonly id: string }[]
    }
  | {
      readonly seq: number
      readonly kind: 'receipt'
      readonly run: number
      readonly spent: Tally
      readonly at: string
    }

/** A worker that is busy with a leg; the run stays open for it until the deadline (ms since the epoch). */
export interface Busy {
  readonly leg: number
  readonly deadline: number
  /** When it was assigned, ms since the epoch, and the seconds of sandbox that are kept for it. */
  readonly since: number
  readonly reserved: number
  /** The latest messages of the turn that assigned it: whoever asked for them waits for its report. */
  readonly about?: readonly { readonly id: string }[]
}

export interface Conductor {
  readonly sandboxId?: string
  /** When the sandbox was created or last resumed from a pause, ms since the epoch: its hour counts from here. */
  readonly awakeSince?: number
  /** Its sandbox's time was counted up to here, ms since the epoch. */
  readonly countedTo?: number
  readonly cliSession: string
  /** Key of the transcript of the last accepted turn: where the next one starts from. */
  readonly transcript?: string
}

export interface Session {
  readonly sessionId: string
  /** When the session's first message arrived, ISO 8601. */
  readonly createdAt: string
  readonly channel: Channel
  /** Who wrote first, where that was proven: whose budget it is. */
  readonly sender?: string
  /** The latest files that came with mails. */
  readonly files?: readonly AttachedFile[]
  readonly run: {
    readonly id: number
    readonly open: boolean
    /** Recoveries since the last accepted or abandoned turn. */
    readonly tries: number
    /** AwaitMessage's task token; `k` grows within a run, so that a late step never displaces a younger token. */
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
  /** Messages given up, until their senders were told. */
  readonly abandoned: readonly Waiting[]
  /** `run.id` at the last stop. */
  readonly stopped: number
  readonly busy: Readonly<Record<string, Busy>>
  readonly conductor: Conductor
  /** What the session has used, apart from what models cost, which its ledger has. */
  readonly counts: Tally
  readonly days: readonly Day[]
  /** What it had used, models included, at its last receipt: a run's spending counts from here. */
  readonly receipted: Tally
  /** A command met a budget that is used up: the run pauses as soon as the turn is done. */
  readonly over?: ExceededBudget
  /** The run stopped at a budget; `seq` is the notice that said so. */
  readonly paused?: ExceededBudget & { readonly seq: number }
  /** Messages that wait, answered by nobody, until a person goes on. */
  readonly held: readonly Waiting[]
  readonly raised: Raised
  /** Entries up to this number were deleted with an earlier conversation. */
  readonly forgottenTo?: number
  /** Deleted, and not yet begun anew: only its counters are left. */
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

/** Something is outstanding: then the run is open (the invariant that carries the run protocol). */
export const outstanding = ({ inbox, turn, abandoned }: Session) =>
  inbox.length > 0 || turn !== undefined || abandoned.length > 0
