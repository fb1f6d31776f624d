/** The commands of an accepted turn, each recorded once and in order. */
import type { JudgedWorker } from '../contract/review.ts'
import type { ExceededBudget } from '../core/budget.ts'
import type { NewQuestion } from '../core/question.ts'
import type { Busy, Session } from '../core/session.ts'
import { add, type Tally } from '../core/tally.ts'
import { transition, unchanged } from '../core/transition.ts'
import type { Verdict } from '../core/worker.ts'
import { append } from './append.ts'
import { count, currentTurn, legSeconds, type SessionTransition, withoutWorker } from './guards.ts'
import { type Asking, askQuestion, withdrawDecisions } from './questions.ts'

/** What a finished command changes in the item, besides the index of the next one. */
export interface CommandResult {
  /** A system message to the conductor; its body is already stored under this id. */
  readonly notice?: { readonly id: string; readonly size: number }
  readonly started?: readonly StartedLeg[]
  readonly ended?: readonly { readonly workerId: string; readonly status: Verdict }[]
  /** A worker that was judged. */
  readonly judged?: JudgedWorker
  /** A question for a person, and whom it is asked. */
  readonly ask?: NewQuestion
  readonly asking?: Asking
  /** The budget that prevented the command. */
  readonly over?: ExceededBudget
  /** The command was given up after it failed in several runs. */
  readonly gaveUp?: boolean
  /** ms since the epoch. */
  readonly now: number
}

/** A leg that a command started. */
export interface StartedLeg {
  readonly workerId: string
  readonly leg: number
  readonly deadline: number
  readonly reserved: number
  readonly reportId: string
}

/** Records that command `i` is done and moves on to the next. Returns whether this caller did it. */
export function advanceTurn(
  session: Session,
  r: number,
  n: number,
  i: number,
  {
    notice,
    started = [],
    ended = [],
    judged,
    ask,
    asking = { asked: [] },
    over,
    gaveUp = false,
    now,
  }: CommandResult,
): SessionTransition<boolean> {
  const turn = currentTurn(session, r, n, 'run')
  if (!turn || turn.next !== i) return unchanged(session, false)
  const advanced: Session = {
    ...session,
    run: gaveUp ? { ...session.run, tries: 0 } : session.run,
    turn: { ...turn, next: i + 1 },
    busy: ended.reduce((busy, { workerId }) => withoutWorker(busy, workerId), session.busy),
    ...(over && { over }),
    ...(judged && { judged: withJudged(session.judged, judged) }),
  }
  const about = turn.messages.slice(-ABOUT).map(({ id }) => ({ id }))
  const busy = busyAfter(advanced, started, { now, about })
  const noted = notice
    ? append(advanced, { id: notice.id, from: 'system', size: notice.size, now }).item
    : advanced
  const counted = count({ ...noted, busy }, doneCounts(session, { started, ended }, now), now)
  const workers = ended.map(({ workerId }) => workerId)
  const decided = withdrawDecisions(counted, workers)
  return transition(ask ? askQuestion(decided, ask, asking, now) : decided, true)
}

/** Returns the busy workers once these legs are started. A leg is already over if its report overtook this update. */
export function busyAfter(
  { busy, seen }: Session,
  started: readonly StartedLeg[],
  { now, about }: { now: number; about?: Busy['about'] },
): Session['busy'] {
  const working = started
    .filter(({ reportId }) => seen[reportId] === undefined)
    .map(({ workerId, leg, deadline, reserved }): [string, Busy] => [
      workerId,
      { leg, deadline, since: now, reserved, ...(about && { about }) },
    ])
  return { ...busy, ...Object.fromEntries(working) }
}

function doneCounts(
  { busy }: Session,
  { started, ended }: Required<Pick<CommandResult, 'started' | 'ended'>>,
  now: number,
): Tally {
  const workers = ended.map(({ workerId }) => workerId)
  return add(
    {
      sandboxSeconds: legSeconds(busy, workers, now),
    },
    ...started.map(({ leg }): Tally => ({ legs: 1, ...(leg === 1 && { workers: 1 }) })),
    ...ended.map(({ status }): Tally => ({ [status]: 1 })),
  )
}

/** So many judged workers stand in a receipt. */
const JUDGED = 50

/** Replaces what was said of the worker before. What the verifications of its legs have cost is added. */
function withJudged(
  before: readonly JudgedWorker[] = [],
  judged: JudgedWorker,
): readonly JudgedWorker[] {
  const earlier = before.find(({ workerId }) => workerId === judged.workerId)
  const verificationNanoUsd = judged.verificationNanoUsd + (earlier?.verificationNanoUsd ?? 0)
  const others = before.filter((each) => each !== earlier)
  return [...others, { ...judged, verificationNanoUsd }].slice(-JUDGED)
}

/** Message ids kept for each busy leg; bounded so that the item stays small. */
const ABOUT = 3
