/** Worlds that differ only in what nobody can look at any more are one. */
import type { Session, Turn, Waiting } from '../../../lambdas/core/session.ts'
import type { System } from './system.ts'
import { type Execution, over, type World } from './world.ts'

/** The same world without times, texts, sizes, written entries, finished executions and settled effects. */
export function normal(world: World, system: System): World {
  const executions = world.executions.map((execution) =>
    execution.status === 'failed' && world.left.redrive === 0 ? over : execution,
  )
  const positions = [...executions, ...(world.zombieStep ? [world.zombieStep] : [])]
  return {
    ...world,
    session: normalSession(world.session),
    executions,
    sandbox:
      launches(positions) || world.stopping || !system.fencesJobs
        ? world.sandbox
        : fenceless(world.sandbox),
    past: normalPast(world, positions),
  }
}

type At = Pick<Execution, 'at'>

const launches = (positions: readonly At[]) => positions.some(({ at }) => at.does === 'launch')

/** Every later job number is higher than what the lock has seen. */
const fenceless = (sandbox: World['sandbox']) => ({ ...sandbox, highest: 0 })

/** A mail can be sent twice only while its turn, or a step of it, is there. */
function normalPast({ past, session }: World, positions: readonly At[]): World['past'] {
  const turns = new Set(positions.flatMap(({ at }) => ('turn' in at ? [at.turn] : [])))
  if (session.turn) turns.add(session.turn.n)
  const { n } = session.turn ?? {}
  return {
    ...past,
    accepted: [...past.accepted].sort(),
    told: [...new Set(past.told)].sort(),
    dropped: [...new Set(past.dropped)].sort(),
    mails: past.mails.filter((mail) => [...turns].some((turn) => mail.startsWith(`t${turn}.`))),
    unusable: session.turn ? past.unusable : [],
    asked: past.asked.map((times, turn) => (turn === n ? times : 0)),
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
  }
  normalOf.set(session, normalised)
  normalOf.set(normalised, normalised)
  return normalised
}

function normalTurn(turn: Turn, rank: (waiting: Waiting) => Waiting): Turn {
  const { accepted: _accepted, entry: _entry, trouble: _trouble, ...kept } = turn
  return { ...kept, cover: turn.cover.map(rank) }
}
