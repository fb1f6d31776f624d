/** Worlds that differ only in what nobody can look at any more are one. */
import type { Session, Turn, Waiting } from '../../../lambdas/core/session.ts'
import type { System } from './system.ts'
import { type Execution, over, type World } from './world.ts'

/**
 * The same world without times, texts, sizes, written entries, finished executions and settled effects. A part that is
 * normal stays the same object, so that its key is known.
 */
export function normal(world: World, system: System): World {
  const executions = finished(world)
  const positions = [...executions, ...(world.zombieStep ? [world.zombieStep] : [])]
  const fenced = system.fencesJobs && !world.stopping && !launches(positions)
  return {
    ...world,
    session: normalSession(world.session),
    executions,
    sandbox: fenced ? withoutHighest(world.sandbox) : world.sandbox,
    past: settled(world, positions),
  }
}

type At = Pick<Execution, 'at'>

/** A failed execution that nobody will redrive is over. */
function finished({ executions, left }: World): World['executions'] {
  if (left.redrive > 0 || executions.every(({ status }) => status !== 'failed')) return executions
  return executions.map((execution) => (execution.status === 'failed' ? over : execution))
}

const launches = (positions: readonly At[]) => positions.some(({ at }) => at.does === 'launch')

/** Every later job number is higher than what the lock has seen. */
const withoutHighest = (sandbox: World['sandbox']) =>
  sandbox.highest === 0 ? sandbox : { ...sandbox, highest: 0 }

/** A mail can be sent twice only while its turn, or a step of it, is there; a result only while its turn is. */
function settled({ past, session }: World, positions: readonly At[]): World['past'] {
  const n = session.turn?.n
  const { mails, unusable, asked } = past
  const stale = asked.some((times, turn) => times > 0 && turn !== n)
  if (mails.length === 0 && unusable.length === 0 && !stale) return past
  const turns = new Set(positions.flatMap(({ at }) => ('turn' in at ? [at.turn] : [])))
  if (n !== undefined) turns.add(n)
  return {
    ...past,
    mails: mails.filter((mail) => [...turns].some((turn) => mail.startsWith(`t${turn}.`))),
    unusable: session.turn ? unusable : [],
    asked: asked.map((times, turn) => (turn === n ? times : 0)),
  }
}

const normalOf = new WeakMap<Session, Session>()

/** Numbers of messages keep their order only; entries are taken for written. */
function normalSession(session: Session): Session {
  const known = normalOf.get(session)
  if (known) return known
  const ids = Object.entries(session.seen).sort(([, a], [, b]) => a - b)
  const ranks = new Map(ids.map(([, seq], i) => [seq, i + 1]))
  const rank = (waiting: Waiting): Waiting => ({ ...waiting, seq: ranks.get(waiting.seq) ?? 0 })
  const { turn, conductor } = session
  const normalised: Session = {
    ...session,
    seen: Object.fromEntries(ids.map(([id], i) => [id, i + 1])),
    lastSeq: ids.length,
    unwritten: [],
    inbox: session.inbox.map(rank),
    parked: session.parked.map(rank),
    ...(turn && { turn: normalTurn(turn, rank) }),
    conductor: { cliSession: conductor.cliSession },
    held: session.held.map(rank),
    ...(session.paused && { paused: { ...session.paused, seq: 0 } }),
    counts: {},
    days: [],
    receipted: {},
    raised: {},
  }
  normalOf.set(session, normalised)
  normalOf.set(normalised, normalised)
  return normalised
}

function normalTurn(turn: Turn, rank: (waiting: Waiting) => Waiting): Turn {
  const { accepted: _accepted, entry: _entry, trouble: _trouble, ...kept } = turn
  return { ...kept, cover: turn.cover.map(rank) }
}
