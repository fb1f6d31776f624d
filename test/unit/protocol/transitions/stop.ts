/** A person's stop: the session's update, its execution, its jobs. */
import type { Session } from '../../../../src/core/session.ts'
import { type Change, fault, type Setting, type Transition } from '../transition.ts'
import { ACCOUNT, type Sandbox, type Stopping, type World } from '../world.ts'
import { fail } from './executions.ts'
import { endVerified } from './verification.ts'

export function stop(world: World, setting: Setting): Transition[] {
  const { stopping } = world
  if (!stopping) {
    return world.session.lastSeq > 0
      ? fault(world, 'stop', 'STOP: the session is updated', (struck) => begin(struck, setting))
      : []
  }
  const crash = fault(world, 'crash', `CRASH stop before ${stopping.does}`, (struck) =>
    struck.with({ stopping: null }),
  )
  if (stopping.does === 'end-jobs')
    return [{ label: 'stop: jobs ended', ...endJobs(world, stopping, setting) }, ...crash]
  const ended = fail(world, stopping.run)
  const next: World = ended.with({ stopping: { ...stopping, does: 'end-jobs' } })
  return [{ label: `stop: StopExecution r${stopping.run}`, world: next }, ...crash]
}

function begin(world: World, { system }: Setting): World {
  const { item, output } = system.stop(world.session, '', ACCOUNT)
  const stopping = { does: 'stop-execution', ...output } as const
  const { stopped, lastJob } = item
  const session = system.stopsAtOnce ? item : { ...world.session, stopped, lastJob }
  return dropped(world.with({ session, stopping, past: { ...world.past, halted: true } }), world)
}

/** A runner with the stop's own number takes the lock: it ends the older jobs and has nothing else to do. */
function endJobs(world: World, { run, job }: Stopping, setting: Setting): Change {
  const { system } = setting
  const late = !system.stopsAtOnce && world.session.run.id === run
  const session = late ? system.stop(world.session, '', ACCOUNT).item : world.session
  const { highest } = world.sandbox
  const locks = job > highest || !system.stopsOlderJobs
  const sandbox: Sandbox = locks
    ? { ...world.sandbox, highest: Math.max(job, highest), runner: { job, does: 'fetch' } }
    : world.sandbox
  return {
    world: dropped(endVerified(world, setting).with({ session, sandbox, stopping: null }), world),
    happening: { what: 'stop-jobs', job },
  }
}

const waiting = ({ inbox, held, abandoned, turn }: Session) => [
  ...inbox,
  ...held,
  ...abandoned,
  ...(turn?.phase === 'ask' ? turn.messages : []),
]

/** Messages that waited before and no longer do were given up by the stop. */
function dropped(after: World, before: World): World {
  const left = new Set(waiting(after.session).map(({ id }) => id))
  const gone = waiting(before.session).flatMap(({ id }) => (left.has(id) ? [] : [id]))
  return after.with({ past: { ...after.past, dropped: [...after.past.dropped, ...gone] } })
}
