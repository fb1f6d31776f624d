/** TakeMessages: what the run does next, by what is there. */
import type { Session, Turn, Waiting } from '../session.ts'
import { step } from '../transition.ts'
import { mine, remaining, type Step, withoutTurn } from './step.ts'

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

/**
 * What the run does next, by what is there; a turn whose last command is done leaves the item here.
 * `now` in ms since the epoch.
 */
export function takeMessages(
  current: Session,
  r: number,
  { written, now }: { written: Written; now: number },
): Step<Next> {
  if (!mine(current, r)) return step(current, { do: 'superseded' })
  const session = finishTurn(forgetWritten(current, written))
  const { turn } = session
  if (turn?.phase === 'run') return step(session, runOrGiveUp(session, turn))
  if (turn) return step(session, { do: askReadOrPark(session, turn), turn: turn.n })
  if (session.inbox.length > 0) return startTurn(session)
  if (session.parked.length > 0) return step(session, { do: 'tell' })
  const until = Math.max(0, ...Object.values(session.busy).map(({ deadline }) => deadline))
  return step(session, until > now ? { do: 'await', until } : { do: 'close' })
}

function askReadOrPark({ run }: Session, turn: Turn): 'ask' | 'read' | 'park' {
  if (run.tries >= MAX_TRIES) return 'park'
  if (turn.result !== undefined) return 'read'
  return turn.asked >= MAX_ASKED ? 'park' : 'ask'
}

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

function forgetWritten(session: Session, { entries, marked }: Written): Session {
  const unwritten = session.unwritten.filter(({ seq }) => !entries.has(seq))
  if (unwritten.length === session.unwritten.length && marked.size === 0) return session
  const seen = Object.fromEntries(Object.entries(session.seen).filter(([id]) => !marked.has(id)))
  return { ...session, unwritten, seen }
}
