/** RunCommands: the commands of an accepted turn, each recorded once and in order. */
import type { ExceededBudget } from '../core/budget.ts'
import type { Session } from '../core/session.ts'
import { add, type Tally } from '../core/tally.ts'
import { transition, unchanged } from '../core/transition.ts'
import type { Verdict } from '../core/worker.ts'
import { append } from './append.ts'
import { count, currentTurn, legSeconds, type SessionTransition, withoutWorker } from './guards.ts'

/** What a finished command changes in the item, besides the index of the next one. */
export interface CommandResult {
  /** A system message to the conductor; its body is already stored under this id. */
  readonly notice?: { readonly id: string; readonly size: number }
  readonly started?: {
    readonly workerId: string
    readonly leg: number
    readonly deadline: number
    readonly reserved: number
    readonly reportId: string
  }
  readonly ended?: readonly { readonly workerId: string; readonly status: Verdict }[]
  /** The budget that prevented the command. */
  readonly over?: ExceededBudget
  /** The command was given up after it failed in several runs. */
  readonly gaveUp?: boolean
  /** ms since the epoch. */
  readonly now: number
}

/** Records that command `i` is done and moves on to the next. Returns whether this caller did it. */
export function advanceTurn(
  session: Session,
  r: number,
  n: number,
  i: number,
  { notice, started, ended = [], over, gaveUp = false, now }: CommandResult,
): SessionTransition<boolean> {
  const turn = currentTurn(session, r, n, 'run')
  if (!turn || turn.next !== i) return unchanged(session, false)
  const advanced: Session = {
    ...session,
    run: gaveUp ? { ...session.run, tries: 0 } : session.run,
    turn: { ...turn, next: i + 1 },
    busy: ended.reduce((busy, { workerId }) => withoutWorker(busy, workerId), session.busy),
    ...(over && { over }),
  }
  // If the leg's report overtook this update, the leg is already over.
  const working =
    started && session.seen[started.reportId] === undefined
      ? {
          [started.workerId]: {
            leg: started.leg,
            deadline: started.deadline,
            since: now,
            reserved: started.reserved,
            about: turn.messages.slice(-ABOUT).map(({ id }) => ({ id })),
          },
        }
      : {}
  const busy = { ...advanced.busy, ...working }
  const noted = notice
    ? append(advanced, { id: notice.id, from: 'system', size: notice.size, now }).item
    : advanced
  return transition(
    count({ ...noted, busy }, doneCounts(session, { started, ended }, now), now),
    true,
  )
}

function doneCounts(
  { busy }: Session,
  {
    started,
    ended,
  }: { started: CommandResult['started']; ended: NonNullable<CommandResult['ended']> },
  now: number,
): Tally {
  const workers = ended.map(({ workerId }) => workerId)
  return add(
    {
      sandboxSeconds: legSeconds(busy, workers, now),
      ...(started && { legs: 1 }),
      ...(started?.leg === 1 && { workers: 1 }),
    },
    ...ended.map(({ status }): Tally => ({ [status]: 1 })),
  )
}

/** Message ids kept for each busy leg; bounded so that the item stays small. */
const ABOUT = 3
