/**
 * What must never happen, and which final states are acceptable.
 *
 * Safety: S1 only the current run and job act. S2 each turn is its own, and answers each message once. S3 a command has
 * one effect. S4 turns take messages in order. S5 a stopped session starts nothing. S6 messages are stored before they
 * are taken.
 *
 * Liveness: L1 no message waits forever. L2 an open run is driven and waits for somebody. L3 no report is lost. L4 turns,
 * commands and notices are completed. L5 nothing repeats forever.
 */

import { isCurrentRun } from '../../../src/protocol/guards.ts'
import { isCurrentJob } from '../../../src/protocol/job.ts'
import { MAX_ASKED } from '../../../src/protocol/take-messages.ts'
import type { Happening, Transition } from './transition.ts'
import { REPORT, type World } from './world.ts'

/** More runs than any scenario here needs. */
const MAX_RUNS = 8
/** More entries into states with a task token than any run here needs. */
const MAX_ENTRIES = 16

/** The safety property that a transition violates: its name first, then the violation. */
export function broken(before: World, transition: Transition): string | undefined {
  const { world: after, by, happening } = transition
  if (by !== undefined && after.session !== before.session && !isCurrentRun(before.session, by))
    return 'S1 a superseded run changes the session'
  return happening && judge(before, after, happening)
}

/** Endless runs, or endless steps of a run. */
export function endless({ session, executions }: World): string | undefined {
  if (session.run.id > MAX_RUNS) return 'L5 runs without end'
  if (executions.some(({ entered }) => entered > MAX_ENTRIES)) return 'L5 a run loops without end'
  return undefined
}

function judge(before: World, after: World, happening: Happening): string | undefined {
  switch (happening.what) {
    case 'recover':
      return recovered(before, after, happening.run)
    case 'take':
      return taken(before, after)
    case 'wait':
      return waiting(after)
    case 'finish':
      return finished(before)
    case 'claim':
      return claimed(before, after, happening.turn)
    case 'launch':
      return launched(before, happening.job)
    case 'begin':
      return begun(before, happening.job)
    case 'store':
      return stored(before, happening.job)
    case 'stop-jobs':
      return stopped(before, after, happening.job)
    case 'answer':
      return answered(before, happening.token)
    case 'read':
      return read(before, happening.result)
    case 'accept':
      return accepted(before, happening.turn)
    case 'email':
      return mailed(before, happening.name)
    case 'spawn':
      return spawned(before)
  }
}

const recovered = ({ session }: World, after: World, run: number) =>
  session.run.id !== run && session.run.id !== after.session.run.id
    ? 'L5 a run is taken over that somebody has just taken over'
    : undefined

function taken({ past, bodies }: World, { session }: World): string | undefined {
  if (past.halted) return 'S5 a turn is taken in a stopped session'
  return session.turn?.messages.some(({ id }) => !bodies.includes(id))
    ? 'S6 a message is taken whose content is not stored'
    : undefined
}

const waiting = ({ session }: World) =>
  Object.keys(session.busy).length === 0 ? 'L2 a run awaits nobody' : undefined

function claimed({ session }: World, { past }: World, n: number): string | undefined {
  if (session.turn?.n !== n) return 'S2 a late step starts a turn that is not its own'
  if (session.turn.result !== undefined) return 'J1 a stored result is thrown away'
  return (past.asked[n] ?? 0) > MAX_ASKED ? 'L5 a turn is asked without end' : undefined
}

const launched = ({ sandbox: { runner } }: World, job: number) =>
  runner && runner.job > job ? 'J2 a late start of an older job ends the current one' : undefined

const stopped = ({ sandbox: { runner } }: World, { sandbox }: World, job: number) =>
  runner && runner.job > job && sandbox.runner !== runner
    ? 'J2 a late stop ends the turn of a newer message'
    : undefined

function begun({ past, session }: World, job: number): string | undefined {
  if (past.halted) return 'S5 the conductor begins a turn in a stopped session'
  return isCurrentJob(session, job) ? undefined : 'S1 a job begins that is not the current one'
}

const stored = ({ session }: World, job: number) =>
  session.turn?.job === job
    ? undefined
    : 'J2 the result of an old job is taken while a newer one is current'

const answered = ({ session: { turn } }: World, token: string) =>
  turn?.token === token && turn.result === undefined
    ? 'J1 a token is answered and the result is not there'
    : undefined

const read = ({ past }: World, result: string) =>
  past.unusable.includes(result) ? 'J2 a result that was given back is read again' : undefined

const mailed = ({ past }: World, name: string) =>
  past.emails.includes(name) ? 'S3 an email is sent twice by one command' : undefined

const spawned = ({ leg }: World) =>
  leg.does === 'nothing' ? undefined : 'S3 a worker is spawned twice by one command'

function accepted({ session, past }: World, n: number): string | undefined {
  const { turn, seen, abandoned } = session
  if (turn?.n !== n) return 'S2 a late step accepts a turn that is not its own'
  const ids = turn.messages.map(({ id }) => id)
  if (ids.some((id, i) => past.accepted.includes(id) || ids.indexOf(id) < i))
    return 'S2 a message is answered twice'
  const dealtWith = new Set([
    ...ids,
    ...past.accepted,
    ...past.told,
    ...past.dropped,
    ...abandoned.map(({ id }) => id),
  ])
  const last = Math.max(...turn.messages.map(({ seq }) => seq))
  return Object.entries(seen).some(([id, seq]) => seq < last && !dealtWith.has(id))
    ? 'S4 an accepted turn omits an earlier message'
    : undefined
}

const finished = ({ session: { turn } }: World) =>
  turn?.phase === 'run' && turn.next < turn.count
    ? 'L4 commands of an accepted turn are never done'
    : undefined

/** Returns why a world in which nothing more happens by itself is not an acceptable end. */
export function badEnd(world: World): string | undefined {
  const { session, leg } = world
  const waits = session.inbox.length > 0
  if (session.run.open)
    return waits ? 'L1 messages wait and nothing will take them' : 'L2 nothing drives an open run'
  if (waits) return 'L1 messages wait and no run is open'
  if (session.held.length > 0 && !session.paused) return 'L4 messages are held without a notice'
  if (session.turn || session.abandoned.length > 0)
    return 'L4 a turn or a notice is left unfinished'
  if (leg.does === 'reported' && session.seen[REPORT] === undefined)
    return 'L3 a report of a worker is lost'
  const running = world.executions.findIndex(({ status }) => status === 'running')
  if (running >= 0) return `L2 r${running} waits for ever`
  return unheard(world)
}

function unheard({ session, past }: World): string | undefined {
  const { accepted: answered, told, dropped } = past
  const held = session.held.map(({ id }) => id)
  const silent = Object.keys(session.seen).find(
    (id) => ![...answered, ...told, ...dropped, ...held].includes(id),
  )
  if (silent === undefined) return undefined
  return silent === REPORT
    ? 'L3 a report of a worker never reaches the conductor'
    : `L4 ${silent} is neither answered nor told`
}
