/** TakeMessages: what the run does next, by what is there. */
import type { Over, Unit } from '../core/budget.ts'
import type { Purse } from '../core/budget-check.ts'
import type { Session, Turn, Waiting } from '../core/session.ts'
import { step } from '../core/transition.ts'
import { countSandbox, mine, notify, remaining, type Step, withoutTurn } from './guards.ts'

export const MAX_ASKED = 3
export const MAX_TRIES = 3
/** Messages and bytes of text that one turn takes at most; the rest waits for the next turn, in order. */
const COVER = { messages: 50, bytes: 400_000 }

export type Next =
  | { readonly do: 'ask' | 'read' | 'park'; readonly turn: number }
  | {
      readonly do: 'run'
      readonly turn: number
      readonly commands: readonly number[]
      /** The command has failed run after run: it is recorded as failed and not tried again. */
      readonly giveUp: boolean
    }
  | { readonly do: 'tell' | 'close' | 'superseded' }
  | { readonly do: 'await'; readonly until: number }

/** What the caller has just put where readers find it: entries by number, and old ids marked on their bodies. */
export interface Written {
  readonly entries: ReadonlySet<number>
  readonly marked: ReadonlySet<string>
}

/** Ids that the item remembers itself; older ones are remembered by a mark on the message's body. */
const REMEMBERED = 500

/** Ids that the item should forget, once each is marked on its body. */
export function tooOld({ seen, unwritten }: Session): { id: string; seq: number }[] {
  const oldestUnwritten = Math.min(...unwritten.map(({ seq }) => seq), Number.POSITIVE_INFINITY)
  return Object.entries(seen)
    .map(([id, seq]) => ({ id, seq }))
    .sort((a, b) => a.seq - b.seq)
    .slice(0, -REMEMBERED)
    .filter(({ seq }) => seq < oldestUnwritten)
}

export interface Taking {
  readonly written: Written
  /** ms since the epoch. */
  readonly now: number
  readonly purse: Pick<Purse, 'over'>
  /** What a person is told when the run pauses at a budget. */
  readonly pauseNotice: (over: Over, waiting: number) => string
}

/** What the run does next, by what is there; a turn whose last command is done leaves the item here. */
export function takeMessages(current: Session, r: number, taking: Taking): Step<Next> {
  if (!mine(current, r)) return step(current, { do: 'superseded' })
  const { written, now } = taking
  const session = countSandbox(finishTurn(forgetWritten(current, written)), now)
  const { turn } = session
  if (turn?.phase === 'run') return step(session, runOrGiveUp(session, turn))
  if (turn?.result !== undefined || (turn && !mayAsk(session, turn)))
    return step(session, { do: readOrPark(session), turn: turn.n })
  const over = overBefore(session, taking.purse)
  if (over) return pause(session, over, taking)
  if (turn) return step(session, { do: 'ask', turn: turn.n })
  if (session.inbox.length > 0) return startTurn(session)
  if (session.parked.length > 0) return step(session, { do: 'tell' })
  return rest(session, now)
}

/** Nothing to do until a busy worker reports; without one the run closes. */
function rest(session: Session, now: number): Step<Next> {
  const until = Math.max(0, ...Object.values(session.busy).map(({ deadline }) => deadline))
  return step(session, until > now ? { do: 'await', until } : { do: 'close' })
}

/** What the next ask of the conductor would be over, if there is to be one. */
function overBefore(session: Session, purse: Taking['purse']): Over | undefined {
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
function pause(session: Session, over: Over, { now, pauseNotice }: Taking): Step<Next> {
  const { over: _, ...going } = withoutTurn(session)
  const held = [...session.held, ...session.inbox]
  const text = pauseNotice(over, held.length)
  const told = notify({ ...going, inbox: [], held }, text, new Date(now).toISOString(), held)
  return rest({ ...told, paused: { ...over, seq: told.lastSeq } }, now)
}

const mayAsk = ({ run }: Session, { asked }: Turn) => run.tries < MAX_TRIES && asked < MAX_ASKED

const readOrPark = ({ run, turn }: Session): 'read' | 'park' =>
  run.tries < MAX_TRIES && turn?.result !== undefined ? 'read' : 'park'

function runOrGiveUp({ run }: Session, turn: Turn): Next {
  const giveUp = run.tries >= MAX_TRIES
  const commands = giveUp ? [turn.next] : remaining(turn)
  return { do: 'run', turn: turn.n, commands, giveUp }
}

function startTurn(session: Session): Step<Next> {
  const n = session.lastTurn + 1
  const turn: Turn = {
    n,
    phase: 'ask',
    cover: whatFits(session.inbox),
    asked: 0,
    count: 0,
    next: 0,
    firstWorker: 0,
  }
  return step({ ...session, lastTurn: n, turn }, { do: 'ask', turn: n })
}

/** The oldest messages, in order; always at least one. */
function whatFits(inbox: readonly Waiting[]): readonly Waiting[] {
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
export function forgetWritten(session: Session, { entries, marked }: Written): Session {
  const unwritten = session.unwritten.filter(({ seq }) => !entries.has(seq))
  if (unwritten.length === session.unwritten.length && marked.size === 0) return session
  const seen = Object.fromEntries(Object.entries(session.seen).filter(([id]) => !marked.has(id)))
  return { ...session, unwritten, seen }
}
