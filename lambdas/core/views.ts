/** How stored things look to a reader of the API: no tokens, no keys of ours. */
import { artifactsOf } from './artifacts.ts'
import { modelView } from './receipt.ts'
import type { Session } from './session.ts'
import type { Leg, Worker } from './worker.ts'

/** The conductor of a session at `now` (ms since the epoch); `lastActivity` is what the table keeps beside the session. */
export const conductorView = (
  { sessionId, conductor, run, busy, createdAt, lastActivity }: Session & { lastActivity?: string },
  now: number,
) => ({
  sessionId,
  sandboxId: conductor.sandboxId ?? null,
  /** ms since its sandbox was created or woke; 0 while no run is open, for then it rests. */
  uptime: run.open && conductor.awakeSince !== undefined ? now - conductor.awakeSince : 0,
  lastActivity: lastActivity ?? createdAt,
  activeWorkerCount: Object.keys(busy).length,
})

type Listed = Omit<Worker, 'uploads' | 'legs' | 'lastJob' | 'cliSession' | 'criteria'>

/** A worker in a list. */
export const workerView = (worker: Listed) => ({
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

const legView = ({ n, instructions, startedAt, endedAt, outcome, used, activity }: Leg) => ({
  leg: n,
  instructions: instructions ?? null,
  startedAt,
  endedAt: endedAt ?? null,
  outcome: outcome ?? null,
  /** What its models used; known when it is over. */
  usage: used ? modelView(used) : null,
  activity,
})

/** One worker with its legs and what it did, tool by tool. */
export const workerDetail = (worker: Worker) => ({
  ...workerView(worker),
  criteria: worker.criteria,
  reason: worker.reason ?? null,
  legs: worker.legs.map(legView),
  artifacts: artifactsOf(worker).map(({ name, size, leg }) => ({ name, size, leg })),
})
