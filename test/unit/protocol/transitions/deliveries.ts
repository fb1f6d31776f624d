/** Append and wake: the queue, its dispatcher, one that outlived its time-out, the dead-letter consumer, and the sweep. */
import type { Arrival, Wake } from '../../../../lambdas/core/run/append.ts'
import type { Session } from '../../../../lambdas/core/session.ts'
import type { System } from '../system.ts'
import { fault, type Setting, type Transition } from '../transition.ts'
import { type Delivery, isRunning, REPORT, WORKER, type World, withExecution } from '../world.ts'
import { completeTask } from './task-tokens.ts'

/** Receives after which a message is the dead-letter consumer's. */
const MAX_RECEIVES = 2

const WHO = {
  dispatcher: 'dispatcher',
  zombieDispatcher: 'zombie dispatcher',
  sweep: 'sweep',
} as const
type Who = keyof typeof WHO

/** All that can happen around the queue. */
export function deliveries(world: World, setting: Setting): Transition[] {
  const under = (['dispatcher', 'zombieDispatcher', 'sweep'] as const).flatMap((who) => {
    const delivery = world[who]
    return delivery ? underWay(world, who, delivery, setting) : []
  })
  return [...receive(world, setting), ...under, ...outlive(world), ...sweep(world, setting)]
}

function receive(world: World, { system }: Setting): Transition[] {
  const [message] = world.queue
  if (world.dispatcher || message === undefined) return []
  if (!system.deadLettersAppend && world.received >= MAX_RECEIVES)
    return [{ label: `dead-letter consumer: tombstone for ${message}`, world: tombstone(world) }]
  const dispatcher = { does: 'append', message, run: 0 } as const
  const received = system.deadLettersAppend ? 0 : world.received + 1
  return [{ label: `dispatcher receives ${message}`, world: { ...world, dispatcher, received } }]
}

/** What a dead-letter consumer that does not append leaves: the id is known, the person told, a report lost. */
function tombstone(world: World): World {
  const [id, ...queue] = world.queue
  const next = { ...world, queue, received: 0 }
  if (id === undefined || world.session.seen[id] !== undefined) return next
  const lastSeq = world.session.lastSeq + 1
  const session = { ...world.session, lastSeq, seen: { ...world.session.seen, [id]: lastSeq } }
  const told = id === REPORT ? world.past.told : [...world.past.told, id]
  return { ...next, session, past: { ...world.past, told } }
}

function underWay(world: World, who: Who, delivery: Delivery, setting: Setting): Transition[] {
  const what = `${delivery.does} ${delivery.does === 'append' ? delivery.message : `r${delivery.run}`}`
  return [
    {
      label: `${WHO[who]}: ${what}`,
      world: act(world, who, delivery, setting),
      ...(delivery.does === 'recover' && { happening: { what: 'recover', run: delivery.run } }),
    },
    ...fault(world, 'crash', `CRASH ${WHO[who]} before: ${what}`, (struck) => ({
      ...struck,
      [who]: null,
    })),
  ]
}

const outlive = (world: World): Transition[] =>
  world.dispatcher && !world.zombieDispatcher
    ? fault(
        world,
        'zombieDispatcher',
        'the dispatcher times out and goes on as a ZOMBIE',
        (struck) => ({ ...struck, zombieDispatcher: struck.dispatcher, dispatcher: null }),
      )
    : []

/** recover-run is the same at the same moment, so it is not told apart. */
function sweep(world: World, { system }: Setting): Transition[] {
  const { run } = world.session
  if (world.sweep || !run.open || !system.sweeps) return []
  const label = `sweep: r${run.id} is open`
  const found = { does: 'start', run: run.id } as const
  if (!isRunning(world, run.id)) return [{ label, world: { ...world, sweep: found } }]
  return fault(world, 'liveSweep', label, (struck) => ({ ...struck, sweep: found }))
}

/** The delivery is over; a dispatcher's message leaves the queue. */
const done = (world: World, who: Who): World =>
  who === 'dispatcher'
    ? { ...world, dispatcher: null, queue: world.queue.slice(1), received: 0 }
    : { ...world, [who]: null }

/** Where a wake begins: lines 3 and 4. */
const wake = (world: World, who: Who, delivery: Delivery, target: Wake): World =>
  target
    ? { ...world, [who]: { ...delivery, ...target, does: target.token ? 'answer' : 'start' } }
    : done(world, who)

function act(world: World, who: Who, delivery: Delivery, { system }: Setting): World {
  const { session } = world
  switch (delivery.does) {
    case 'append':
      return appendMessage(world, who, delivery, system)
    case 'put-body': {
      const bodies = [...world.bodies, delivery.message ?? '']
      return wake({ ...world, bodies }, who, delivery, wakeOf(session))
    }
    case 'open': {
      const run = session.run.open ? session.run : { id: session.run.id + 1, open: true, tries: 0 }
      const opened = { ...session, run }
      return wake({ ...world, session: opened }, who, delivery, wakeOf(opened))
    }
    case 'answer': {
      const completed = completeTask(world, delivery.token)
      if (completed || !system.startsAfterToken) return done(completed ?? world, who)
      return { ...world, [who]: { ...delivery, does: 'start' } }
    }
    case 'start':
      return start(world, who, delivery, system)
    case 'recover': {
      const { item, answer } = system.recover(session, delivery.run)
      const target = answer && { run: answer.run }
      return wake({ ...world, session: item }, who, { does: 'start', run: 0 }, target)
    }
  }
}

/** What a consistent read says to the broken variants that wake from a read. */
const wakeOf = ({ run }: Session): Wake =>
  run.open ? { run: run.id, ...(run.token && { token: run.token.value }) } : undefined

const arrival = (world: World, id: string): Arrival =>
  id === REPORT
    ? { id, from: 'worker', size: 1, now: 0, leg: { workerId: WORKER, leg: 1, run: world.leg.run } }
    : { id, from: 'person', size: 1, now: 0, person: { channel: 'http', raises: false } }

function appendMessage(world: World, who: Who, delivery: Delivery, system: System): World {
  const arrived = arrival(world, delivery.message ?? '')
  const { item, answer } = system.append(world.session, arrived)
  const next = { ...world, session: item, past: heard(world, arrived, item) }
  if (!world.bodies.includes(arrived.id))
    return { ...next, [who]: { ...delivery, does: 'put-body' } }
  if (!system.appendOpens && !item.run.open)
    return { ...next, [who]: { ...delivery, does: 'open' } }
  return wake(next, who, delivery, answer)
}

/** A stopped session is woken by a person's new message, not by what its own workers still say. */
function heard({ past, session }: World, { id, leg }: Arrival, after: Session): World['past'] {
  if (after === session) return past
  return leg && leg.run <= session.stopped
    ? { ...past, dropped: [...past.dropped, id] }
    : { ...past, halted: false }
}

function start(world: World, who: Who, delivery: Delivery, system: System): World {
  const { run } = delivery
  const execution = world.executions[run]
  if (!execution || execution.status === 'never started') {
    const started = { status: 'running', at: { does: 'take' }, entered: 0, k: 0 } as const
    return done(withExecution(world, run, started), who)
  }
  if (execution.status === 'running' || !system.recoversUsedName) return done(world, who)
  return { ...world, [who]: { ...delivery, does: 'recover' } }
}
