/** TakeMessages: what the run does next, by what is there. */
import type { ExceededBudget, Unit } from '../core/budget.ts'
import type { BudgetCheck } from '../core/budget-check.ts'
import type { Session, Turn, Waiting } from '../core/session.ts'
import { transition, unchanged } from '../core/transition.ts'
import {
  countSandbox,
  isCurrentRun,
  notify,
  remainingCommands,
  type SessionTransition,
  withoutTurn,
} from './guards.ts'

export const MAX_ASKED = 3
export const MAX_TRIES = 3
/** Messages and bytes of text that one turn takes at most; the rest waits for the next turn, in order. */
const COVER = { messages: 50, bytes: 400_000 }

export type Next =
  | { readonly do: 'ask' | 'read' | 'abandon'; readonly turn: number }
  | {
      readonly do: 'run'
      readonly turn: number
      readonly commands: readonly number[]
      /** The command has failed run after run: it is recorded as failed and not tried again. */
      readonly giveUp: boolean
    }
  | { readonly do: 'notify' | 'close' | 'superseded' }
  | { readonly do: 'await'; readonly until: number }

/** What the caller has just put where readers find it: entries by number, and old ids marked on their bodies. */
export interface FlushedHistory {
  readonly entries: ReadonlySet<number>
  readonly marked: ReadonlySet<string>
}

/** Ids that the item remembers itself; older ones are remembered by a mark on the message's body. */
const REMEMBERED = 500

/** Ids that the item should forget, once each is marked on its body. */
export function forgettableIds({ seen, pendingEntries }: Session): { id: string; seq: number }[] {
  const oldestUnwritten = Math.min(
    ...pendingEntries.map(({ seq }) => seq),
    Number.POSITIVE_INFINITY,
  )
  return Object.entries(seen)
    .map(([id, seq]) => ({ id, seq }))
    .sort((a, b) => a.seq - b.seq)
    .slice(0, -REMEMBERED)
    .filter(({ seq }) => seq < oldestUnwritten)
}

export interface TakeContext {
  readonly written: FlushedHistory
  /** ms since the epoch. */
  readonly now: number
  readonly purse: Pick<BudgetCheck, 'over'>
  /** What a person is told when the run pauses at a budget. */
  readonly pauseNotice: (over: ExceededBudget, waiting: number) => string
}

/** What the run does next, by what is there; a turn whose last command is done leaves the item here. */
export function takeMessages(
  current: Session,
  r: number,
  taking: TakeContext,
): SessionTransition<Next> {
  if (!isCurrentRun(current, r)) return unchanged(current, { do: 'superseded' })
  const { written, now } = taking
  const session = countSandbox(finishTurn(dropFlushed(current, written)), now)
  const { turn } = session
  if (turn?.phase === 'run') return transition(session, runOrGiveUp(session, turn))
  if (turn?.result !== undefined || (turn && !mayAsk(session, turn)))
    return transition(session, { do: readOrAbandon(session), turn: turn.n })
  const over = exceededBefore(session, taking.purse)
  if (over) return pause(session, over, taking)
  if (turn) return transition(session, { do: 'ask', turn: turn.n })
  if (session.inbox.length > 0) return startTurn(session)
  if (session.abandoned.length > 0) return transition(session, { do: 'notify' })
  return awaitOrClose(session, now)
}

/** Nothing to do until a busy worker reports; without one the run closes. */
function awaitOrClose(session: Session, now: number): SessionTransition<Next> {
  const until = Math.max(0, ...Object.values(session.busy).map(({ deadline }) => deadline))
  return transition(session, until > now ? { do: 'await', until } : { do: 'close' })
}

/** What the next ask of the conductor would be over, if there is to be one. */
function exceededBefore(session: Session, purse: TakeContext['purse']): ExceededBudget | undefined {
  const { turn, inbox, over } = session
  if (!turn && inbox.length === 0) return undefined
  return over ?? purse.over(session, turn ? ASK_UNITS : TURN_UNITS)
}

/** A turn that was begun is counted when it is accepted. */
const ASK_UNITS = ['usd', 'minutes'] as const satisfies readonly Unit[]
const TURN_UNITS = [...ASK_UNITS, 'turns'] as const satisfies readonly Unit[]

/**
 * The run stops at a budget and keeps its work: what waits is held until a person goes on, and whoever waits is told.
 * Workers that are busy are left to report, which is held as well.
 */
function pause(
  session: Session,
  over: ExceededBudget,
  { now, pauseNotice }: TakeContext,
): SessionTransition<Next> {
  const { over: _, ...going } = withoutTurn(session)
  const held = [...session.held, ...session.inbox]
  const text = pauseNotice(over, held.length)
  const told = notify({ ...going, inbox: [], held }, text, new Date(now).toISOString(), held)
  return awaitOrClose({ ...told, paused: { ...over, seq: told.lastSeq } }, now)
}

const mayAsk = ({ run }: Session, { asked }: Turn) => run.tries < MAX_TRIES && asked < MAX_ASKED

const readOrAbandon = ({ run, turn }: Session): 'read' | 'abandon' =>
  run.tries < MAX_TRIES && turn?.result !== undefined ? 'read' : 'abandon'

function runOrGiveUp({ run }: Session, turn: Turn): Next {
  const giveUp = run.tries >= MAX_TRIES
  const commands = giveUp ? [turn.next] : remainingCommands(turn)
  return { do: 'run', turn: turn.n, commands, giveUp }
}

function startTurn(session: Session): SessionTransition<Next> {
  const n = session.lastTurn + 1
  const turn: Turn = {
    n,
    phase: 'ask',
    messages: firstBatch(session.inbox),
    asked: 0,
    count: 0,
    next: 0,
    firstWorker: 0,
  }
  return transition({ ...session, lastTurn: n, turn }, { do: 'ask', turn: n })
}

/** The oldest messages, in order; always at least one. */
function firstBatch(inbox: readonly Waiting[]): readonly Waiting[] {
  let bytes = 0
  const over = inbox.findIndex(({ size }, i) => {
    bytes += size
    return i > 0 && (i >= COVER.messages || bytes > COVER.bytes)
  })
  return over < 0 ? inbox : inbox.slice(0, over)
}

const finishTurn = (session: Session) =>
  session.turn?.phase === 'run' && session.turn.next >= session.turn.count
    ? withoutTurn(session)
    : session

/** The item without what stands elsewhere by now. */
export function dropFlushed(session: Session, { entries, marked }: FlushedHistory): Session {
  const pending = session.pendingEntries.filter(({ seq }) => !entries.has(seq))
  if (pending.length === session.pendingEntries.length && marked.size === 0) return session
  const seen = Object.fromEntries(Object.entries(session.seen).filter(([id]) => !marked.has(id)))
  return { ...session, pendingEntries: pending, seen }
}
