/** The conductor's sandbox: its runner under the lock, the job it fetches, and the callback that takes its result. */
import { type Change, type Component, fault, type Setting, type Transition } from '../transition.ts'
import type { Callback, Runner, Sandbox, World } from '../world.ts'
import { completeTask } from './task-tokens.ts'

type Place = 'runner' | 'orphan'

export const runners: readonly Component[] = [
  (world, setting) => ofRunner(world, 'runner', setting),
  (world, setting) => ofRunner(world, 'orphan', setting),
  replace,
]

const withRunner = (world: World, place: Place, runner: Runner | null): World =>
  world.with({ sandbox: { ...world.sandbox, [place]: runner } })

function ofRunner(world: World, place: Place, setting: Setting): Transition[] {
  const runner = world.sandbox[place]
  if (!runner) return []
  const name = `${place} j${runner.job}`
  const die = (before: World) => withRunner(before, place, null)
  const crash = fault(world, 'runnerCrash', `CRASH ${name}`, die)
  if (runner.does === 'fetch')
    return [{ label: `${name}: fetch`, ...fetchJob(world, place, runner, setting) }, ...crash]
  if (runner.does === 'work' && setting.scenario.poison === 'runner')
    return [{ label: `${name} dies`, world: die(world) }, ...crash]
  return [...post(world, place, runner, setting), ...noteTrouble(world, runner, setting), ...crash]
}

/** A heartbeat of a job that gets no answer from the model. */
function noteTrouble(world: World, { job, does }: Runner, { system }: Setting): Transition[] {
  if (does !== 'work') return []
  return fault(world, 'silentModel', `heartbeat j${job}: the model does not answer`, (struck) => {
    const { item, output } = system.noteTrouble(struck.session, job, { text: '', at: '' })
    const { past } = struck
    const turn = item.turn?.n
    const noted = output && turn !== undefined ? [...past.noted, turn] : past.noted
    return struck.with({ session: item, past: { ...past, noted } })
  }).map((each) => ({ ...each, happening: { what: 'note', job } }))
}

/** The callback returns the job while it is the current one; otherwise the runner exits. */
function fetchJob(world: World, place: Place, { job }: Runner, { system }: Setting): Change {
  if (!system.isCurrentJob(world.session, job)) return { world: withRunner(world, place, null) }
  return {
    world: withRunner(world, place, { job, does: 'work' }),
    happening: { what: 'begin', job },
  }
}

/** The result is posted repeatedly until there is a response. */
function post(world: World, place: Place, { job, does }: Runner, { system }: Setting) {
  if (world.callback) return []
  const label = `${place} j${job}: result posted${does === 'post' ? ' again' : ''}`
  const token = system.answersCurrentToken ? undefined : world.session.turn?.token
  const callback: Callback = {
    job,
    does: system.resultFirst ? 'store' : 'answer',
    ...(token !== undefined && { token }),
  }
  return [{ label, world: withRunner(world, place, { job, does: 'post' }).with({ callback }) }]
}

function replace(world: World): Transition[] {
  const { runner, orphan } = world.sandbox
  if (!runner || orphan) return []
  const label = `the sandbox is taken for LOST with j${runner.job} alive in it; a new one`
  return fault(world, 'newSandbox', label, (struck) =>
    struck.with({ sandbox: { highest: 0, runner: null, orphan: runner } }),
  )
}

export function callback(world: World, setting: Setting): Transition[] {
  const { callback } = world
  if (!callback) return []
  const name = `callback j${callback.job}: ${callback.does}`
  return [
    {
      label: name,
      ...(callback.does === 'store'
        ? store(world, callback, setting)
        : answer(world, callback, setting)),
    },
    ...fault(world, 'crash', `CRASH before ${name}`, (struck) => struck.with({ callback: null })),
  ]
}

function store(world: World, { job, token }: Callback, { system }: Setting): Change {
  const { item, output: current } = system.storeResult(world.session, job, `j${job}`)
  const stored = world.with({ session: item })
  const goesOn = current !== undefined && system.resultFirst
  const callback: Callback = { job, does: 'answer', token: token ?? current ?? '' }
  return {
    world: goesOn ? stored.with({ callback }) : answered(stored, job),
    ...(item !== world.session && { happening: { what: 'store', job } }),
  }
}

function answer(world: World, callback: Callback, { system }: Setting): Change {
  const { job } = callback
  const { turn } = world.session
  const current = turn?.job === job ? turn.token : undefined
  const token = callback.token ?? current
  const completed = completeTask(world, token)
  const after = completed ?? world
  return {
    world: system.resultFirst
      ? answered(after, job)
      : after.with({ callback: { job, does: 'store' } }),
    ...(completed && token !== undefined && { happening: { what: 'answer', token } }),
  }
}

/** The runner gets its response and exits. */
function answered(world: World, job: number): World {
  const { runner, orphan } = world.sandbox
  const gone = (there: Runner | null) =>
    there?.job === job && there.does === 'post' ? null : there
  const left: Sandbox = { ...world.sandbox, runner: gone(runner), orphan: gone(orphan) }
  return world.with({ sandbox: left, callback: null })
}
