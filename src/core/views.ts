/** What the API shows of stored items. Tokens and storage keys stay inside. */
import type { ConductorView } from '../contract/api/conductor.ts'
import type { Counts } from '../contract/api/metrics.ts'
import type { SessionDetail, TurnView } from '../contract/api/session.ts'
import type { LegView, WorkerDetail, WorkerView } from '../contract/api/worker.ts'
import { artifactsOf } from './artifacts.ts'
import { legName, runName } from './execution-name.ts'
import { modelView, overText, spentView } from './receipt.ts'
import type { Session, Turn } from './session.ts'
import { sessionState } from './session-state.ts'
import { add, type Tally } from './tally.ts'
import type { Leg, Worker } from './worker.ts'

/** Returns the console URL of an execution, given its name. */
export type ConsoleLink = (execution: string) => string

/** The conductor of a session at `now` (ms since the epoch). `lastActivity` is a separate attribute in the table. */
export const conductorView = (
  { sessionId, conductor, run, busy, createdAt, lastActivity }: Session & { lastActivity?: string },
  now: number,
): ConductorView => ({
  sessionId,
  sandboxId: conductor.sandboxId ?? null,
  /** ms since its sandbox was created or resumed; 0 while no run is open, because the sandbox is paused then. */
  uptime: run.open && conductor.awakeSince !== undefined ? now - conductor.awakeSince : 0,
  lastActivity: lastActivity ?? createdAt,
  activeWorkerCount: Object.keys(busy).length,
})

/** The attributes that a list of workers shows. */
export const LISTED = {
  workerId: true,
  sessionId: true,
  sandboxId: true,
  status: true,
  task: true,
  leg: true,
  startedAt: true,
  lastActivity: true,
  activity: true,
} as const satisfies Partial<Record<keyof Worker, true>>
export type Listed = Pick<Worker, keyof typeof LISTED>

/** A worker in a list. */
export const workerView = (worker: Listed): WorkerView => ({
  workerId: worker.workerId,
  sessionId: worker.sessionId,
  sandboxId: worker.sandboxId ?? null,
  status: worker.status,
  task: worker.task,
  leg: worker.leg,
  startedAt: worker.startedAt,
  lastActivity: worker.lastActivity,
  activity: worker.activity,
})

const legView = (
  { n, instructions, startedAt, endedAt, outcome, used, activity }: Leg,
  execution: string,
  consoleLink: ConsoleLink,
): LegView => ({
  leg: n,
  execution,
  console: consoleLink(execution),
  instructions: instructions ?? null,
  startedAt,
  endedAt: endedAt ?? null,
  outcome: outcome ?? null,
  /** Model usage, known once the leg is over. */
  usage: used ? modelView(used) : null,
  activity,
})

/** One worker with its legs and their activity, one line per tool call. */
export const workerDetail = (worker: Worker, consoleLink: ConsoleLink): WorkerDetail => ({
  ...workerView(worker),
  criteria: worker.criteria,
  reason: worker.reason ?? null,
  legs: worker.legs.map((leg) =>
    legView(leg, legName(worker.sessionId, worker.workerId, leg.n), consoleLink),
  ),
  artifacts: artifactsOf(worker).map(({ name, size, leg }) => ({ name, size, leg })),
})

const turnView = ({ n, phase, asked, count, next, trouble }: Turn): TurnView => ({
  turnId: `t${n}`,
  doing: phase === 'ask' ? 'asking' : 'commands',
  asked,
  /** Its commands, known once the conductor has answered. */
  commands: { count, done: next },
  trouble: trouble ?? null,
})

/** How many runs are shown, latest first. */
const RUNS = 10

/** A session with its runs, latest workers and usage. `models` is its ledger's total. */
export function sessionDetail(
  session: Session & { lastActivity?: string },
  { models, workers, now }: { models: Tally; workers: readonly Listed[]; now: number },
  consoleLink: ConsoleLink,
): SessionDetail {
  const { sessionId, channel, createdAt, run, turn, inbox, held, paused, lastSeq } = session
  const { sessionId: _, lastActivity, ...conductor } = conductorView(session, now)
  return {
    sessionId,
    channel,
    createdAt,
    lastActivity,
    state: sessionState(session),
    paused: paused ? overText(paused) : null,
    /** Messages that wait for an answer, and messages held until a person continues the session. */
    waiting: inbox.length,
    held: held.length,
    turn: turn ? turnView(turn) : null,
    /** The number of the last history entry. */
    lastSeq,
    conductor,
    runs: Array.from({ length: Math.min(run.id, RUNS) }, (_, i) => {
      const execution = runName(sessionId, run.id - i)
      return {
        run: run.id - i,
        open: i === 0 && run.open,
        execution,
        console: consoleLink(execution),
      }
    }),
    workers: workers.map(workerView),
    usage: spentView(add(session.counts, models)),
  }
}

/** The counts of all sessions together, as the API shows them. */
export function metricsView(tally: Tally): Counts {
  const { messages, turns, tokens, costUsd } = spentView(tally)
  return {
    messages,
    turns,
    workers: {
      spawned: tally.workers ?? 0,
      accepted: tally.accepted ?? 0,
      failed: tally.failedLegs ?? 0,
    },
    tokens,
    costUsd,
  }
}
