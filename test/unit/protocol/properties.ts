/**
 * What must never happen, and which final states are acceptable.
 *
 * Safety: S1 only the current run and job act. S2 each turn is its own, and answers each message once. S3 a command has
 * one effect. S4 turns take messages in order. S5 a stopped session starts nothing. S6 messages are stored before they
 * are taken. S7 what needs approval is sent only after a yes to a question that waits. S8 a report and the item say the
 * same about the verification of its leg. S9 own words answer a question once the conductor has read them, unless it says
 * that they do not; until then only a choice ends it. S10 a turn that reads what a person has decided about a worker begins
 * after that is done.
 *
 * Liveness: L1 no message waits forever. L2 an open run is driven and waits for somebody. L3 no report is lost. L4 turns,
 * commands and notices are completed. L5 nothing repeats forever. L6 no verifier outlives its leg.
 */

import { MAX_ASKED } from '../../../src/core/limits.ts'
import { isVerifying } from '../../../src/core/verification.ts'
import { legId } from '../../../src/core/worker.ts'
import { isCurrentRun } from '../../../src/protocol/guards.ts'
import { isCurrentJob } from '../../../src/protocol/job.ts'
import type { Happening, Transition } from './transition.ts'
import { isReport, WORKER, type World } from './world.ts'

/** More runs than any scenario here needs. */
const MAX_RUNS = 8
/** More entries into states with a task token than any run here needs. */
const MAX_ENTRIES = 12

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
    case 'wait':
      return waiting(after)
    case 'finish':
      return finished(before)
    case 'claim':
      return (
        (happening.finished ? finished(before) : undefined) ??
        (happening.began ? taken(before, after) : undefined) ??
        claimed(before, after, happening)
      )
    case 'launch':
      return launched(before, happening.job)
    case 'begin':
      return begun(before, happening.job)
    case 'store':
      return stored(before, happening.job)
    case 'note':
      return noted(before, after, happening.job)
    case 'stop-jobs':
      return stopped(before, after, happening.job)
    case 'answer':
      return answered(before, happening.token)
    case 'read':
      return read(before, happening.result)
    case 'accept':
      return (
        accepted(before, happening.turn) ??
        answeredInWords(before, after, happening.keeps) ??
        decided(before)
      )
    case 'words':
      return after.session.questions
        ? undefined
        : 'S9 a question is closed by words that the conductor has not read'
    case 'email':
      return mailed(before, happening.name)
    case 'spawn':
      return spawned(before)
    case 'question':
      return before.past.questions.includes(happening.name)
        ? 'S3 a question is asked twice by one command'
        : undefined
    case 'approve':
      return approved(before, happening.name, happening.isYes)
    case 'expire':
      return ended(before, happening.question)
    case 'verified':
      return verified(after)
    case 'refuse':
      return refusedToInstruct(before)
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

function claimed(
  { session }: World,
  { past }: World,
  { turn: n, began }: { readonly turn: number; readonly began: boolean },
): string | undefined {
  const turn = began ? undefined : session.turn
  if (began && n <= session.lastTurn) return 'S2 a late step starts a turn that is not its own'
  if (turn?.result !== undefined) return 'J1 a stored result is thrown away'
  if (turn?.advice !== undefined) return 'L5 a turn is asked again although that cannot help'
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

function noted({ session: before }: World, { session, past }: World, job: number) {
  if (new Set(past.noted).size < past.noted.length)
    return 'L5 the history repeats that the model does not answer'
  return session !== before && !isCurrentJob(before, job)
    ? 'S1 a job that is not the current one changes the session'
    : undefined
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

function approved({ past, session }: World, name: string, isYes: boolean): string | undefined {
  if (past.approved.includes(name)) return 'S3 an approved message is queued twice'
  if (past.halted) return 'S5 an answer after the stop sends a message'
  const [question] = (session.questions ?? []).filter(
    ({ delivery }) => delivery?.commandId === name,
  )
  if (!isYes || !question || past.expired.includes(question.id))
    return 'S7 a message is queued that nobody has approved'
  return session.lastTurn > (question.turn ?? 0)
    ? 'S7 a bare yes approves, although the conductor has said more since'
    : undefined
}

const refusedToInstruct = ({ session, leg }: World) =>
  session.seen[legId(WORKER, leg.n)] === undefined
    ? undefined
    : 'L3 a worker is said to be busy, and its report has come before'

function verified({ check }: World): string | undefined {
  if (!check) return undefined
  const [first, ...later] = check.worker.legs
  if (later.some(({ verification }) => verification))
    return 'S8 a late verification is taken for that of a later leg'
  const stored = first?.verification?.outcome
  return check.says !== null && stored !== undefined && check.says !== stored
    ? 'S8 the report says something else about the verification than the item'
    : undefined
}

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

function ended({ session, past }: World, question: string): string | undefined {
  if (past.expired.includes(question)) return 'L5 the end of a question is told again and again'
  const { inbox, held, abandoned } = session
  return [...inbox, ...held, ...abandoned].some(({ id }) => past.words.includes(id))
    ? 'S9 a question ends while words that may answer it wait for the conductor'
    : undefined
}

/** Every question here is one that own words may answer, wherever there are such words. */
function answeredInWords(before: World, { session }: World, keeps: boolean): string | undefined {
  const { questions, turn } = before.session
  const isRead = turn?.messages.some(({ id }) => before.past.words.includes(id))
  if (!questions || !isRead) return undefined
  if (!keeps && session.questions) return 'S9 a question stays open though words have answered it'
  return keeps && !session.questions
    ? 'S9 a question is closed that the conductor keeps'
    : undefined
}

const decided = ({ session: { turn }, leg }: World) =>
  leg.does !== 'ended' &&
  turn?.messages.some(({ questions = [] }) => questions.some(({ kind }) => kind === 'decision'))
    ? 'S10 the conductor answers a decision about a worker that is not done'
    : undefined

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
  if (leg.does === 'reported' && session.seen[legId(WORKER, leg.n)] === undefined)
    return 'L3 a report of a worker is lost'
  const left = unverified(world)
  if (left !== undefined) return left
  const running = world.executions.findIndex(({ status }) => status === 'running')
  if (running >= 0) return `L2 r${running} waits for ever`
  return unheard(world)
}

function unverified({ check }: World): string | undefined {
  if (!check) return undefined
  if (isVerifying(check.worker, 1)) return 'L3 a worker is being verified forever'
  return check.verifier === 'live' || check.verifier === 'brought'
    ? 'L6 a verifier outlives its leg'
    : undefined
}

function unheard({ session, past }: World): string | undefined {
  const { accepted: answered, told, dropped } = past
  const held = session.held.map(({ id }) => id)
  const silent = Object.keys(session.seen).find(
    (id) => ![...answered, ...told, ...dropped, ...held].includes(id),
  )
  if (silent === undefined) return undefined
  return isReport(silent)
    ? 'L3 a report of a worker never reaches the conductor'
    : `L4 ${silent} is neither answered nor told`
}
