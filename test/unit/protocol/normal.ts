/** Treats worlds as equal if they differ only in parts that nothing can read any more. */
import type { Session, Turn, Waiting } from '../../../src/core/session.ts'
import type { System } from './system.ts'
import { over, type Position, type World } from './world.ts'

/** Each removes something, in this order; a world that has passed all of them is normal. */
export const normalisers: readonly ((world: World, system: System) => World)[] = [
  (world) => world.with({ session: normalSession(world.session) }),
  (world) => world.with({ executions: finished(world) }),
  (world, { fencesJobs }) => (fencesJobs ? world.with({ sandbox: withoutHighest(world) }) : world),
  (world) => world.with({ past: settled(world) }),
]

/** A failed execution that nobody will redrive is over. */
function finished({ executions, left }: World): World['executions'] {
  if (executions.every(({ status }) => status !== 'failed') || left.redrive > 0) return executions
  return executions.map((execution) => (execution.status === 'failed' ? over : execution))
}

/** Every later job number is higher than the lock's, unless an older job is on its way. */
function withoutHighest(world: World): World['sandbox'] {
  const { sandbox } = world
  if (sandbox.highest === 0 || world.stopping) return sandbox
  const launches = positions(world).some(({ does }) => does === 'launch')
  return launches ? sandbox : { ...sandbox, highest: 0 }
}

const positions = ({ executions, zombieStep }: World): readonly Position[] =>
  [...executions, ...(zombieStep ? [zombieStep] : [])].map(({ at }) => at)

/** An email can be sent twice only while its turn, or a step of it, exists; a result only while its turn does. */
function settled(world: World): World['past'] {
  const { past, session } = world
  const n = session.turn?.n
  const { emails, unusable, asked, noted } = past
  const stale = asked.some((times, turn) => times > 0 && turn !== n)
  if (emails.length + unusable.length + noted.length === 0 && !stale) return past
  const turns = new Set(positions(world).flatMap((at) => ('turn' in at ? [at.turn] : [])))
  if (n !== undefined) turns.add(n)
  return {
    ...past,
    emails: emails.filter((email) => [...turns].some((turn) => email.startsWith(`t${turn}.`))),
    unusable: session.turn ? unusable : [],
    noted: noted.filter((turn) => turn === n),
    asked: asked.map((times, turn) => (turn === n ? times : 0)),
  }
}

/** Removes times, texts and sizes, keeps only the order of message numbers, and treats entries as written. */
function normalSession(session: Session): Session {
  const ids = Object.entries(session.seen).sort(([, a], [, b]) => a - b)
  const ranks = new Map(ids.map(([, seq], i) => [seq, i + 1]))
  const rank = (waiting: Waiting): Waiting => ({ ...waiting, seq: ranks.get(waiting.seq) ?? 0 })
  const { turn, conductor } = session
  return {
    ...session,
    seen: Object.fromEntries(ids.map(([id], i) => [id, i + 1])),
    lastSeq: ids.length,
    pendingEntries: [],
    inbox: session.inbox.map(rank),
    abandoned: session.abandoned.map(rank),
    ...(turn && { turn: normalTurn(turn, rank) }),
    conductor: { cliSession: conductor.cliSession },
    held: session.held.map(rank),
    ...(session.paused && { paused: { ...session.paused, seq: 0, at: '' } }),
    counts: {},
    days: [],
    receipted: {},
    raised: {},
    ...(session.questions && { questions: session.questions.map((each) => ({ ...each, seq: 0 })) }),
  }
}

function normalTurn(turn: Turn, rank: (waiting: Waiting) => Waiting): Turn {
  const { accepted: _accepted, entry: _entry, trouble: _trouble, ...kept } = turn
  return { ...kept, messages: turn.messages.map(rank) }
}
