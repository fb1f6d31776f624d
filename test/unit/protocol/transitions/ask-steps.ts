/** AskConductor: what is decided is applied, then a turn and a job are claimed, then the runner is started. */
import { decisionsIn } from '../../../../src/protocol/combined.ts'
import type { Setting } from '../transition.ts'
import { ACCOUNT, TIME, type World } from '../world.ts'
import { type Outcome, take } from './outcome.ts'
import { takeContext, taken } from './taking.ts'

/** AskConductor begins: what has been decided about workers is done before the conductor reads it. */
export function plan(world: World, run: number, { system }: Setting): Outcome {
  const { item, output } = system.takeMessages(world.session, run, takeContext(world))
  if (output.do !== 'ask' || !item.turn) return { world, next: take }
  const decided = decisionsIn(item.turn)
  const applies = system.appliesDecisions && decided.length > 0
  return {
    world: applies ? world.with({ leg: { ...world.leg, does: 'ended' } }) : world,
    next: { does: 'claim', decided },
  }
}

const SANDBOX = { sandboxId: 'sandbox', awakeSince: TIME.before }

export function claim(
  world: World,
  { run, token, decided }: { run: number; token: string; decided: readonly string[] },
  { system }: Setting,
): Outcome {
  const { session } = world
  const context = { ...takeContext(world), token, sandbox: SANDBOX, at: ACCOUNT.at, decided }
  const parts = { takeMessages: system.takeMessages, askConductor: system.ask }
  const { item, output } = system.takeAndAsk(session, run, context, parts)
  const change = taken(world, { item })
  if (!('job' in output)) return { ...change, next: take }
  const { turn, job } = output
  const asked = [...world.past.asked]
  asked[turn] = (asked[turn] ?? 0) + 1
  return {
    world: change.world.with({ past: { ...world.past, asked } }),
    next: { does: 'launch', turn, job },
    happening: {
      ...{ what: 'claim', turn },
      began: session.turn?.n !== turn,
      finished: change.happening !== undefined,
    },
  }
}

/** The command in the sandbox: the runner takes the lock, or exits. */
export function launch(
  world: World,
  { turn, job }: { turn: number; job: number },
  { system }: Setting,
): Outcome {
  const next = { does: 'wait-turn', turn } as const
  const { highest } = world.sandbox
  if (job <= highest && system.fencesJobs) return { world, next }
  const runner = { job, does: 'fetch' } as const
  const sandbox = { ...world.sandbox, runner, highest: Math.max(job, highest) }
  return { world: world.with({ sandbox }), next, happening: { what: 'launch', job } }
}
