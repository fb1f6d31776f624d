/** What the API shows of stored items. Tokens and storage keys stay inside. */
import type { ConductorView } from '../contract/api/conductor.ts'
import type { Counts } from '../contract/api/metrics.ts'
import type { SessionDetail, TurnView } from '../contract/api/session.ts'
import type { LegView, WorkerDetail, WorkerView } from '../contract/api/worker.ts'
import type { WorkerReport } from '../contract/review.ts'
import { artifactsOf, sha256Hex } from './artifacts.ts'
import type { Budgets } from './budget.ts'
import { legName, runName } from './execution-name.ts'
import { sessionLimits } from './limit-view.ts'
import { questionViews } from './question-view.ts'
import { modelView, overText, spentView } from './receipt.ts'
import { claimsView, reviewView } from './review-view.ts'
import type { Session, Turn } from './session.ts'
import { sessionState } from './session-state.ts'
import { add, type Tally } from './tally.ts'
import type { Leg, Worker } from './worker.ts'

/** Returns the console URL of an execution, given its name, or null where there is no console. */
export type ConsoleLink = (execution: string) => string | null

/** The conductor of a session at `now` (ms since the epoch). `lastActivity` is a separate attribute in the table. */
export const conductorView = (
  { sessionId, conductor, run, busy, createdAt, lastActivity }: Session & { lastActivity?: string },
  now: number,
): ConductorView => {
  /** ms since its sandbox was created or resumed; 0 while no run is open, because the sandbox is paused then. */
  const uptime = run.open && conductor.awakeSince !== undefined ? now - conductor.awakeSince : 0
  return {
    sessionId,
    sandboxId: conductor.sandboxId ?? null,
    uptime,
    uptimeSeconds: Math.floor(uptime / 1000),
    lastActivity: lastActivity ?? createdAt,
    activeWorkerCount: Object.keys(busy).length,
  }
}

/** The attributes that a list of workers shows. */
export const LISTED = {
  workerId: true,
  sessionId: true,
  sandboxId: true,
  status: true,
  task: true,
  group: true,
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
  group: worker.group ?? null,
  leg: worker.leg,
  startedAt: worker.startedAt,
  lastActivity: worker.lastActivity,
  activity: worker.activity,
})

/** `verifier` is the item of the one that runs. */
function verificationView(
  { verifier, verification, verifierUsed }: Leg,
  running: Worker | undefined,
): LegView['verification'] {
  const id = verifier ?? verification?.verifier
  if (id === undefined) return null
  return {
    verifier: id,
    state: verification ? 'over' : 'running',
    outcome: verification?.outcome ?? null,
    problem: verification?.problem ?? null,
    model: verification?.model ?? null,
    prompt: verification?.prompt ?? null,
    at: verification?.at ?? null,
    criteria: verification?.criteria ?? [],
    remarks: verification?.remarks ?? [],
    usage: verifierUsed ? modelView(verifierUsed) : null,
    activity: (!verification && running?.legs.at(-1)?.activity) || [],
  }
}

/** What is known of a leg besides its worker's item. */
interface LegFacts {
  readonly claims: WorkerReport | undefined
  readonly verifier: Worker | undefined
}

/** What is known of a worker besides its item: the claims of its reports by leg, and the verifier that runs. */
export interface WorkerFacts {
  readonly claims?: ReadonlyMap<number, WorkerReport>
  readonly verifier?: Worker | undefined
}

const legView = (
  leg: Leg,
  { execution, claims, verifier }: { execution: string } & LegFacts,
  consoleLink: ConsoleLink,
): LegView => {
  const { n, instructions, startedAt, endedAt, outcome, used, activity } = leg
  return {
    leg: n,
    execution,
    console: consoleLink(execution),
    instructions: instructions ?? null,
    startedAt,
    endedAt: endedAt ?? null,
    outcome: outcome ?? null,
    claims: claims ? claimsView(claims) : null,
    /** Model usage, known once the leg is over. */
    usage: used ? modelView(used) : null,
    activity,
    verification: verificationView(leg, verifier),
  }
}

/** One worker with its legs and their activity, one line per tool call. */
export const workerDetail = (
  worker: Worker,
  consoleLink: ConsoleLink,
  { claims = new Map(), verifier }: WorkerFacts = {},
): WorkerDetail => ({
  ...workerView(worker),
  criteria: worker.criteria,
  review: reviewView(worker),
  reason: worker.reason ?? null,
  legs: worker.legs.map((leg) =>
    legView(
      leg,
      {
        execution: legName(worker.sessionId, worker.workerId, leg.n),
        claims: claims.get(leg.n),
        verifier,
      },
      consoleLink,
    ),
  ),
  artifacts: artifactsOf(worker).map(({ name, size, leg, sha256 }) => ({
    name,
    size,
    leg,
    ...(sha256 !== undefined && { sha256: sha256Hex(sha256) }),
  })),
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

/** What is stored beside a session's item. */
interface Seen {
  /** Its ledger's total. */
  readonly models: Tally
  readonly workers: readonly Listed[]
  readonly title: string | null
  readonly now: number
  readonly budgets: Budgets
}

/** A session with its runs, latest workers and usage. */
export function sessionDetail(
  session: Session & { lastActivity?: string },
  { models, workers, title, now, budgets }: Seen,
  consoleLink: ConsoleLink,
): SessionDetail {
  const { sessionId, channel, createdAt, run, turn, inbox, held, paused, lastSeq } = session
  const { sessionId: _, lastActivity, ...conductor } = conductorView(session, now)
  return {
    sessionId,
    title,
    channel,
    createdAt,
    lastActivity,
    state: sessionState(session),
    paused: paused ? overText(paused) : null,
    /** Messages that wait for an answer, and messages held until a person continues the session. */
    waiting: inbox.length,
    held: held.length,
    questions: questionViews(session),
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
    limits: sessionLimits(budgets, session, models, now),
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
