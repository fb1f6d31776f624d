/** The explored state: one session's real item, and the world that acts on it. */
import { newSession, type Session } from '../../../src/core/session.ts'
import { legId, type Worker } from '../../../src/core/worker.ts'
import type { Faults, Scenario } from './scenario.ts'

/** The position of a dispatcher, or the sweep, in append and wake. */
export interface Delivery {
  readonly does: 'append' | 'put-body' | 'open' | 'answer' | 'start' | 'recover'
  /** Absent for the sweep, which has no message. */
  readonly message?: string
  /** The run to wake, once it is known. */
  readonly run: number
  readonly token?: string
}

/** The position of an execution: its state, and within it the Lambda's next atomic action. */
export type Position =
  /** AskConductor reads the item; or it finds an exceeded budget, and pauses the run. */
  | { readonly does: 'ask' | 'pause' }
  /** It takes what waits and a job number. `decided`: the decisions about workers that it has applied. */
  | { readonly does: 'claim'; readonly decided: readonly string[] }
  /** ContinueRun decides on its next step; or it leaves the rest to another state. */
  | { readonly does: 'take' | 'leave' | 'find-stranded' | 'close' | 'notify' }
  | { readonly does: 'await' | 'wait-message' }
  /** CloseRun has found a worker to ask about; `seq` was the last number then. */
  | { readonly does: 'ask-person'; readonly seq: number }
  | { readonly does: 'notice'; readonly messages: readonly string[] }
  | { readonly does: 'wait-turn' | 'read' | 'abandon'; readonly turn: number }
  | { readonly does: 'launch'; readonly turn: number; readonly job: number }
  | { readonly does: 'accept'; readonly turn: number; readonly result: string }
  | Commands

/** Commands to do, the first of which is in progress. ContinueRun decides again after each. */
export interface Commands {
  readonly does: 'command' | 'advance' | 'send'
  readonly turn: number
  readonly commands: readonly number[]
  readonly giveUp: boolean
}

export interface Execution {
  readonly status: 'never started' | 'running' | 'failed' | 'over'
  readonly at: Position
  /** Entries into states with a task token, which name the token. */
  readonly entered: number
  /** AwaitMessage compares tokens by this; it grows with each entry. */
  readonly k: number
}

/** A Lambda that continues after its timeout while its state is retried. */
export interface ZombieStep {
  readonly run: number
  readonly at: Position
  readonly entered: number
  readonly k: number
}

export interface Runner {
  readonly job: number
  readonly does: 'fetch' | 'work' | 'post'
}

export interface Sandbox {
  /** The highest job number seen: the lock compares with it. */
  readonly highest: number
  readonly runner: Runner | null
  /** Alive in a sandbox that is considered lost. */
  readonly orphan: Runner | null
}

export interface Callback {
  readonly job: number
  readonly does: 'store' | 'answer'
  readonly token?: string
}

/**
 * The one worker's current leg. `mark`: its report is queued. `ended`: so the person has decided. `overdue`: its deadline has
 * passed.
 */
export interface Leg {
  readonly n: number
  readonly does: 'nothing' | 'work' | 'verify' | 'report' | 'mark' | 'reported' | 'ended'
  readonly run: number
  readonly overdue: boolean
}

/** A function that collects the verified leg, at its next atomic action. */
export interface Collector {
  readonly does: 'collect' | 'spawn' | 'begin' | 'find' | 'store' | 'say' | 'mark' | 'end'
  /** What it found of the verifier. */
  readonly found?: 'done' | 'lost'
}

/** The verification of the worker's first leg. */
export interface Check {
  /** The worker's real item. */
  readonly worker: Worker
  /** The verifier's item: there, with a result, or ended. */
  readonly verifier: 'none' | 'live' | 'brought' | 'ended'
  readonly launched: boolean
  /** The execution waits for the verifier. */
  readonly waits: boolean
  /** The execution is over. */
  readonly dead: boolean
  readonly collector: Collector | null
  /** One that continues after its timeout, while its state is retried. */
  readonly zombie: Collector | null
  /** What the report says about the verification. */
  readonly says: string | null
}

/** A person's stop, after its update. */
export interface Stopping {
  readonly does: 'stop-execution' | 'end-jobs'
  readonly run: number
  /** Fencing number of the stop itself. */
  readonly job: number
}

/** Past events that the product does not remember: only properties read them. */
export interface Past {
  readonly accepted: readonly string[]
  readonly told: readonly string[]
  /** Given up by a stop. */
  readonly dropped: readonly string[]
  /** Stopped, and no person has written since. */
  readonly halted: boolean
  /** Effects that a provider cannot deduplicate, by turn and index. */
  readonly emails: readonly string[]
  /** Unusable results. */
  readonly unusable: readonly string[]
  /** How often each turn was asked. */
  readonly asked: readonly number[]
  /** Turns about which the history says that the model does not answer. */
  readonly noted: readonly number[]
  /** Commands that have asked a question. */
  readonly questions: readonly string[]
  /** Held messages that were queued, by the command that sends them. */
  readonly approved: readonly string[]
  /** Messages in own words that came while a question was open. */
  readonly words: readonly string[]
  /** Questions that have expired. */
  readonly expired: readonly string[]
}

/** The parts of a world. */
export interface Parts {
  readonly session: Session
  readonly queue: readonly string[]
  /** Receives of the queue's first message; only a broken dead-letter consumer depends on it. */
  readonly received: number
  /** Messages whose content is stored. */
  readonly bodies: readonly string[]
  readonly dispatcher: Delivery | null
  readonly zombieDispatcher: Delivery | null
  readonly sweep: Delivery | null
  /** By run; the first is never used. */
  readonly executions: readonly Execution[]
  readonly zombieStep: ZombieStep | null
  readonly sandbox: Sandbox
  readonly callback: Callback | null
  readonly leg: Leg
  /** Null while no leg is verified. */
  readonly check: Check | null
  readonly stopping: Stopping | null
  readonly past: Past
  /** Faults that may still occur. */
  readonly left: Faults
}

/** A world records which of its parts are read, so it is never spread: `with` does not read the others. */
export interface World extends Parts {
  /** The changed parts. */
  readonly changes: Partial<Parts>
  /** Returns the same world with these parts replaced. */
  with(parts: Partial<Parts>): World
}

export const WORKER = 'w1'
/** The reports of the worker's legs as messages. */
export const REPORTS = [1, 2].map((n) => legId(WORKER, n))
export const isReport = (id: string) => REPORTS.includes(id)
/** Before a leg's deadline, at it, and after it. */
export const TIME = { before: 0, deadline: 1, after: 2 }

/** Costs are not explored. */
export const ACCOUNT = { models: {}, at: '1970-01-01T00:00:00.000Z' }

export const over: Execution = { status: 'over', at: { does: 'take' }, entered: 0, k: 0 }
const neverStarted: Execution = { ...over, status: 'never started' }

/** The initial world, before the first message is taken from the queue; `bodies` are the stored contents. */
export const beginning = ({ queue, faults }: Scenario, bodies: readonly string[]): Parts => ({
  session: newSession('s', 'http', 'c', ''),
  queue,
  received: 0,
  bodies,
  dispatcher: null,
  zombieDispatcher: null,
  sweep: null,
  executions: [over],
  zombieStep: null,
  sandbox: { highest: 0, runner: null, orphan: null },
  callback: null,
  leg: { n: 1, does: 'nothing', run: 0, overdue: false },
  check: null,
  stopping: null,
  past: {
    accepted: [],
    told: [],
    dropped: [],
    halted: false,
    emails: [],
    unusable: [],
    asked: [],
    noted: [],
    questions: [],
    approved: [],
    words: [],
    expired: [],
  },
  left: faults,
})

export const taskToken = (run: number, entered: number) => `${run}.${entered}`

export const withExecution = (world: World, run: number, execution: Execution): World => {
  const before = Array.from(world.executions)
  while (before.length <= run) before.push(neverStarted)
  const executions = before.with(run, execution)
  return world.with({ executions })
}

/** Entering a state with a task token creates a new token. */
export function enter(world: World, run: number, at: Position): World {
  const { entered, k } = world.executions[run] ?? over
  const mint = at.does === 'ask' || at.does === 'await' ? 1 : 0
  return withExecution(world, run, { status: 'running', at, entered: entered + mint, k: k + mint })
}

export const isRunning = ({ executions }: World, run: number) =>
  executions[run]?.status === 'running'
