/** Decides what the run does next. */
import type { ExceededBudget, Unit } from '../core/budget.ts'
import type { BudgetCheck } from '../core/budget-check.ts'
import { firstThatFit } from '../core/first-that-fit.ts'
import { MAX_ASKED } from '../core/limits.ts'
import type { Session, Turn } from '../core/session.ts'
import { transition, unchanged } from '../core/transition.ts'
import {
  countSandbox,
  isCurrentRun,
  notify,
  remainingCommands,
  type SessionTransition,
  withoutTurn,
} from './guards.ts'

export const MAX_TRIES = 3
/** How many messages and bytes of text one turn takes. Further messages wait for the next turn, in order. */
const TURN_LIMITS = { count: 50, bytes: 400_000 }

export type Next =
  | { readonly do: 'ask' | 'read' | 'abandon'; readonly turn: number }
  | {
      readonly do: 'run'
      readonly turn: number
      readonly commands: readonly number[]
      /** The command failed in several runs. Record it as failed and do not try again. */
      readonly giveUp: boolean
    }
  | { readonly do: 'notify' | 'close' | 'superseded' }
  | { readonly do: 'await'; readonly until: number }

/** What the caller has just written: history entries by number, and old ids marked on their messages' bodies. */
export interface FlushedHistory {
  readonly entries: ReadonlySet<number>
  readonly marked: ReadonlySet<string>
}

/**
 * How many ids the item holds at least, and how many more at most: every write of the item is charged by its size. Older
 * ones are kept as a mark on the message's body, in one go.
 */
const REMEMBERED = 4
const MARKED_AT_ONCE = 8

/**
 * Returns the ids that the item should drop once they are marked on their bodies: the oldest ones whose messages have been
 * answered and are in the history.
 */
export function forgettableIds({
  seen,
  pendingEntries,
  inbox,
  held,
  turn,
}: Session): { id: string; seq: number }[] {
  const ids = Object.entries(seen).map(([id, seq]) => ({ id, seq }))
  if (ids.length < REMEMBERED + MARKED_AT_ONCE) return []
  const needed = [pendingEntries, inbox, held, turn?.messages ?? []].flat().map(({ seq }) => seq)
  const oldestNeeded = Math.min(...needed, Number.POSITIVE_INFINITY)
  return ids
    .sort((a, b) => a.seq - b.seq)
    .slice(0, -REMEMBERED)
    .slice(0, MARKED_AT_ONCE)
    .filter(({ seq }) => seq < oldestNeeded)
}

export interface TakeContext {
  readonly written: FlushedHistory
  /** ms since the epoch. */
  readonly now: number
  /** Absent where a turn is not begun: whoever begins it checks the budgets then. */
  readonly budgetCheck?: Pick<BudgetCheck, 'over'>
  /** Builds the notice that a person gets when the run pauses at a budget. */
  readonly pauseNotice?: (over: ExceededBudget, waiting: number) => string
}

/** Decides what the run does next. Also removes a turn whose last command is done. */
export function takeMessages(
  current: Session,
  r: number,
  context: TakeContext,
): SessionTransition<Next> {
  if (!isCurrentRun(current, r)) return unchanged(current, { do: 'superseded' })
  const { written, now, budgetCheck } = context
  const session = countSandbox(finishTurn(dropFlushed(current, written)), now)
  const { turn } = session
  if (turn?.phase === 'run') return transition(session, runOrGiveUp(session, turn))
  if (turn?.result !== undefined || (turn && !mayAsk(session, turn)))
    return transition(session, { do: readOrAbandon(session), turn: turn.n })
  if (!turn && session.inbox.length > 0 && session.run.tries >= MAX_TRIES)
    return abandonUnbegun(session)
  if (!budgetCheck && (turn || session.inbox.length > 0))
    return transition(session, { do: 'ask', turn: turn?.n ?? session.lastTurn + 1 })
  const over = exceededBefore(session, budgetCheck)
  if (over) return pause(session, over, context)
  if (turn) return transition(session, { do: 'ask', turn: turn.n })
  if (session.inbox.length > 0) return startTurn(session)
  if (session.abandoned.length > 0) return transition(session, { do: 'notify' })
  return awaitOrClose(session, now)
}

/** Waits until a busy worker reports; without busy workers the run closes. */
function awaitOrClose(session: Session, now: number): SessionTransition<Next> {
  const until = Math.max(0, ...Object.values(session.busy).map(({ deadline }) => deadline))
  return transition(session, until > now ? { do: 'await', until } : { do: 'close' })
}

/** Returns the budget that forbids asking the conductor next, or undefined. */
function exceededBefore(
  session: Session,
  budgetCheck: TakeContext['budgetCheck'],
): ExceededBudget | undefined {
  const { turn, inbox, over } = session
  if (!budgetCheck || (!turn && inbox.length === 0)) return undefined
  return over ?? budgetCheck.over(session, turn ? ASK_UNITS : TURN_UNITS)
}

/** Returns whether the run may pause at a budget, for what the caller has to prepare then. */
export const mayPause = (session: Session, budgetCheck: Pick<BudgetCheck, 'over'>): boolean =>
  session.over !== undefined || budgetCheck.over(session, TURN_UNITS) !== undefined

/** Only a new turn is checked against the turn budget, because a turn is counted when it is accepted. */
const ASK_UNITS = ['usd', 'minutes'] as const satisfies readonly Unit[]
const TURN_UNITS = [...ASK_UNITS, 'turns'] as const satisfies readonly Unit[]

/**
 * Pauses the run at a budget. Waiting messages are held until a person continues, and their senders get a notice. Busy
 * workers still report; their reports are held too.
 */
function pause(
  session: Session,
  over: ExceededBudget,
  { now, pauseNotice = () => '' }: TakeContext,
): SessionTransition<Next> {
  const { over: _, ...going } = withoutTurn(session)
  const held = [...session.held, ...session.inbox]
  const text = pauseNotice(over, held.length)
  const at = new Date(now).toISOString()
  const item = notify({ ...going, inbox: [], held }, text, at, held)
  return awaitOrClose({ ...item, paused: { ...over, seq: item.lastSeq, at } }, now)
}

const mayAsk = ({ run }: Session, { asked, advice }: Turn) =>
  run.tries < MAX_TRIES && asked < MAX_ASKED && advice === undefined

/** A result that has been read in vain in several runs is not read again. */
export const readOrAbandon = ({ run, turn }: Session): 'read' | 'abandon' =>
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
    messages: firstThatFit(session.inbox, ({ size }) => size, TURN_LIMITS),
    asked: 0,
    count: 0,
    next: 0,
    firstWorker: 0,
  }
  return transition({ ...session, lastTurn: n, turn }, { do: 'ask', turn: n })
}

/** In several runs there was no sandbox in which to begin a turn, so what waits is abandoned as one. */
function abandonUnbegun(session: Session): SessionTransition<Next> {
  const { item } = startTurn(session)
  return transition(item, { do: 'abandon', turn: item.lastTurn })
}

const finishTurn = (session: Session) =>
  session.turn?.phase === 'run' && session.turn.next >= session.turn.count
    ? withoutTurn(session)
    : session

/** Removes from the item what has been written elsewhere. */
export function dropFlushed(session: Session, { entries, marked }: FlushedHistory): Session {
  const pending = session.pendingEntries.filter(({ seq }) => !entries.has(seq))
  if (pending.length === session.pendingEntries.length && marked.size === 0) return session
  const seen = Object.fromEntries(Object.entries(session.seen).filter(([id]) => !marked.has(id)))
  return { ...session, pendingEntries: pending, seen }
}
