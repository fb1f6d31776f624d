/**
 * The executions of the review loop: their steps, failures, timeouts, redrives, and a Lambda that outlives its
 * state.
 */
import { fault, type Setting, type Transition } from '../transition.ts'
import {
  type Execution,
  enter,
  over,
  type Position,
  taskToken,
  type World,
  withExecution,
} from '../world.ts'
import { runTransition } from './run-steps.ts'
import { SPENT, takeContext } from './taking.ts'

export const executions = (world: World, setting: Setting): Transition[] =>
  world.executions.flatMap((execution, run) => ofExecution(world, run, execution, setting))

function ofExecution(
  world: World,
  run: number,
  execution: Execution,
  setting: Setting,
): Transition[] {
  const { status, at } = execution
  if (status === 'over' || status === 'never started') return []
  if (status === 'failed') return redrive(world, run, execution, setting)
  const moves =
    at.does === 'wait-turn' || at.does === 'wait-message'
      ? timeOut(world, run, execution)
      : act(world, run, execution, setting)
  const crash = fault(world, 'crash', `CRASH r${run} fails in ${at.does}`, (struck) =>
    fail(struck, run),
  )
  return [...moves, ...crash]
}

/** The Lambda behind a state restarts: AskConductor, AwaitMessage or ContinueRun. */
function restart(at: Position): Position {
  if (isAsking(at)) return { does: 'ask' }
  if (isAwaiting(at)) return { does: 'await' }
  return { does: 'take' }
}

const isAsking = ({ does }: Position) =>
  ['ask', 'pause', 'claim', 'launch', 'wait-turn'].includes(does)

const isAwaiting = ({ does }: Position) => does === 'await' || does === 'wait-message'

/** The execution fails; a redrive would restart its state. */
export function fail(world: World, run: number): World {
  const execution = world.executions[run]
  if (execution?.status !== 'running') return world
  return withExecution(world, run, { ...execution, status: 'failed', at: restart(execution.at) })
}

function redrive(world: World, run: number, { at, k }: Execution, { system }: Setting) {
  return fault(world, 'redrive', `REDRIVE r${run} in ${at.does}`, (struck) => {
    const redriven = enter(struck, run, at)
    const execution = redriven.executions[run] ?? over
    return system.redriveGrowsToken ? redriven : withExecution(redriven, run, { ...execution, k })
  })
}

const throws = (at: Position, poison: Setting['scenario']['poison']) =>
  (poison === 'reading' && at.does === 'read') ||
  (poison === 'command' && at.does === 'command' && !at.giveUp)

function act(world: World, run: number, execution: Execution, setting: Setting): Transition[] {
  const { at } = execution
  if (throws(at, setting.scenario.poison))
    return [{ label: `r${run}: ${at.does} throws`, world: fail(world, run) }]
  const { next, ...change } = runTransition(world, { ...execution, run }, setting)
  const after = next ? enter(change.world, run, next) : withExecution(change.world, run, over)
  return [
    { ...change, by: run, label: `r${run}: ${at.does}`, world: after },
    ...overBudget(world, run, execution, setting),
    ...outlive(world, run, execution),
  ]
}

/** AskConductor finds an exceeded budget. */
function overBudget(
  world: World,
  run: number,
  { at }: Execution,
  { system }: Setting,
): Transition[] {
  if (at.does !== 'ask') return []
  const next = (over?: typeof SPENT) =>
    system.takeMessages(world.session, run, takeContext(world, over)).output.do
  if (next() !== 'ask' || next(SPENT) === 'ask') return []
  return fault(world, 'overBudget', `r${run}: ask, OVER BUDGET`, (struck) =>
    enter(struck, run, { does: 'pause' }),
  )
}

const outlive = (world: World, run: number, { at, entered, k }: Execution): Transition[] =>
  world.zombieStep
    ? []
    : fault(
        world,
        'zombieStep',
        `r${run}: ${at.does} times out and goes on as a ZOMBIE; its state is tried again`,
        (struck) => enter(struck.with({ zombieStep: { run, at, entered, k } }), run, restart(at)),
      )

/** A Lambda goes on until it is over, or the run waits in another state. */
const sameLambda = (from: Position, to: Position) =>
  isAsking(from) ? ['pause', 'claim', 'launch'].includes(to.does) : !isAsking(to) && !isAwaiting(to)

export function zombieStep(world: World, setting: Setting): Transition[] {
  const zombie = world.zombieStep
  if (!zombie) return []
  const label = `zombie r${zombie.run}: ${zombie.at.does}`
  if (throws(zombie.at, setting.scenario.poison))
    return [{ label: `${label} throws`, world: world.with({ zombieStep: null }) }]
  const { next, ...change } = runTransition(world, zombie, setting)
  const goesOn = next && sameLambda(zombie.at, next)
  const after = change.world.with({ zombieStep: goesOn ? { ...zombie, at: next } : null })
  return [{ ...change, by: zombie.run, label, world: after }]
}

/** A timeout is progress if the awaited event cannot come any more, otherwise a fault. */
function timeOut(world: World, run: number, { at, entered }: Execution): Transition[] {
  if (at.does === 'wait-turn') {
    const again = { does: 'ask' } as const
    return isAlive(world, run, entered)
      ? fault(world, 'spurious', `r${run}: SPURIOUS heartbeat time-out`, (struck) =>
          enter(struck, run, again),
        )
      : [{ label: `r${run}: heartbeat time-out`, world: enter(world, run, again) }]
  }
  const label = `r${run}: AwaitMessage time-out`
  const timedOut = (before: World) =>
    enter(before.with({ leg: { ...before.leg, overdue: true } }), run, { does: 'take' })
  if (waitsInVain(world, run)) return [{ label, world: timedOut(world) }]
  // A waiting message causes a wake of its own; it does not depend on the timeout hours later.
  return world.session.inbox.length > 0 ? [] : fault(world, 'spurious', `EARLY ${label}`, timedOut)
}

/** The job whose result completes the token is running: heartbeats, or its result, are coming. */
function isAlive({ session, sandbox, callback }: World, run: number, entered: number): boolean {
  const { job, token } = session.turn ?? {}
  if (token !== taskToken(run, entered) || job === undefined) return false
  return [sandbox.runner, sandbox.orphan, callback].some((there) => there?.job === job)
}

/** Nothing that could wake the run is in progress. */
function waitsInVain({ session, leg, queue, dispatcher }: World, run: number): boolean {
  if (session.run.id !== run || !session.run.open) return true
  const reports = ['work', 'verify', 'report'].includes(leg.does)
  const underWay = reports || queue.length > 0 || dispatcher
  return session.inbox.length === 0 && !underWay
}
