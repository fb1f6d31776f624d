/**
 * Append and wake: the queue, its dispatcher, one that continues after its timeout, the dead-letter consumer, and
 * the sweep.
 */

import type { Session } from '../../../../src/core/session.ts'
import type { Arrival, WakeTarget } from '../../../../src/protocol/append.ts'
import type { System } from '../system.ts'
import { type Change, type Component, fault, type Setting, type Transition } from '../transition.ts'
import {
  type Delivery,
  enter,
  isReport,
  isRunning,
  over,
  REPORTS,
  WORKER,
  type World,
  withExecution,
} from '../world.ts'
import { completeTask } from './task-tokens.ts'

/** Number of receives after which the dead-letter consumer gets a message. */
const MAX_RECEIVES = 2

const WHO = {
  dispatcher: 'dispatcher',
  zombieDispatcher: 'zombie dispatcher',
  sweep: 'sweep',
} as const
type Who = keyof typeof WHO

/** All steps around the queue. */
export const deliveries: readonly Component[] = [
  receive,
  underWay('dispatcher'),
  underWay('zombieDispatcher'),
  underWay('sweep'),
  outlive,
  sweep,
]

function receive(world: World, { system }: Setting): Transition[] {
  const [message] = world.queue
  if (world.dispatcher || message === undefined) return []
  if (!system.deadLettersAppend && world.received >= MAX_RECEIVES)
    return [{ label: `dead-letter consumer: tombstone for ${message}`, world: tombstone(world) }]
  const dispatcher = { does: 'append', message, run: 0 } as const
  const received = system.deadLettersAppend ? 0 : world.received + 1
  return [{ label: `dispatcher receives ${message}`, world: world.with({ dispatcher, received }) }]
}

/**
 * The effects of a dead-letter consumer that does not append: the id is known, the person notified, a report lost.
 */
function tombstone(world: World): World {
  const [id, ...queue] = world.queue
  const next = world.with({ queue, received: 0 })
  if (id === undefined || world.session.seen[id] !== undefined) return next
  const lastSeq = world.session.lastSeq + 1
  const session = { ...world.session, lastSeq, seen: { ...world.session.seen, [id]: lastSeq } }
  const told = isReport(id) ? world.past.told : [...world.past.told, id]
  return next.with({ session, past: { ...world.past, told } })
}

function underWay(who: Who): Component {
  return (world, setting) => {
    const delivery = world[who]
    if (!delivery) return []
    const what = `${delivery.does} ${delivery.does === 'append' ? delivery.message : `r${delivery.run}`}`
    return [
      {
        label: `${WHO[who]}: ${what}`,
        ...act(world, who, delivery, setting),
        ...(delivery.does === 'recover' && { happening: { what: 'recover', run: delivery.run } }),
      },
      ...fault(world, 'crash', `CRASH ${WHO[who]} before: ${what}`, (struck) =>
        struck.with({ [who]: null }),
      ),
    ]
  }
}

function outlive(world: World): Transition[] {
  return world.dispatcher && !world.zombieDispatcher
    ? fault(
        world,
        'zombieDispatcher',
        'the dispatcher times out and goes on as a ZOMBIE',
        (struck) => struck.with({ zombieDispatcher: struck.dispatcher, dispatcher: null }),
      )
    : []
}

/** recover-run does the same at the same moment, so it is not modelled separately. */
function sweep(world: World, { system }: Setting): Transition[] {
  const { run } = world.session
  if (world.sweep || !run.open || !system.sweeps) return []
  const label = `sweep: r${run.id} is open`
  const found = { does: 'start', run: run.id } as const
  if (!isRunning(world, run.id)) return [{ label, world: world.with({ sweep: found }) }]
  return fault(world, 'liveSweep', label, (struck) => struck.with({ sweep: found }))
}

/** The delivery is over; the dispatcher's message leaves the queue. */
const done = (world: World, who: Who): World =>
  who === 'dispatcher'
    ? world.with({ dispatcher: null, queue: world.queue.slice(1), received: 0 })
    : world.with({ [who]: null })

/** The start of a wake. */
const wake = (world: World, who: Who, delivery: Delivery, target: WakeTarget): World =>
  target
    ? world.with({ [who]: { ...delivery, ...target, does: target.token ? 'answer' : 'start' } })
    : done(world, who)

function act(world: World, who: Who, delivery: Delivery, setting: Setting): Change {
  if (delivery.does === 'append') return appendMessage(world, who, delivery, setting)
  return { world: goOn(world, who, { ...delivery, does: delivery.does }, setting) }
}

type AfterAppend = Delivery & { readonly does: Exclude<Delivery['does'], 'append'> }

function goOn(world: World, who: Who, delivery: AfterAppend, { system }: Setting): World {
  switch (delivery.does) {
    case 'put-body': {
      const bodies = [...world.bodies, delivery.message ?? '']
      return wake(world.with({ bodies }), who, delivery, wakeOf(world.session))
    }
    case 'open': {
      const { id, open } = world.session.run
      const run = open ? world.session.run : { id: id + 1, open: true, tries: 0 }
      const opened = { ...world.session, run }
      return wake(world.with({ session: opened }), who, delivery, wakeOf(opened))
    }
    case 'answer': {
      const completed = completeTask(world, delivery.token)
      if (completed || !system.startsAfterToken) return done(completed ?? world, who)
      return world.with({ [who]: { ...delivery, does: 'start' } })
    }
    case 'start':
      return start(world, who, delivery, system)
    case 'recover': {
      const { item, output } = system.recover(world.session, delivery.run)
      const target = output && { run: output.run }
      return wake(world.with({ session: item }), who, { does: 'start', run: 0 }, target)
    }
  }
}

/** The result of a consistent read, for the broken variants that wake after a read. */
const wakeOf = ({ run }: Session): WakeTarget =>
  run.open ? { run: run.id, ...(run.token && { token: run.token.value }) } : undefined

const legOf = (report: string) => ({ workerId: WORKER, leg: REPORTS.indexOf(report) + 1 })

const arrival = (world: World, id: string): Arrival =>
  isReport(id)
    ? { id, from: 'worker', size: 1, now: 0, leg: { ...legOf(id), run: world.leg.run } }
    : { id, from: 'person', size: 1, now: 0, person: { channel: 'http' } }

const YES = { line: 'yes', alone: true }
/** The first choice of a decision. */
const FIRST = { line: '1', alone: true }
const WORDS = { line: 'rather green', alone: true }

function appendMessage(
  world: World,
  who: Who,
  delivery: Delivery,
  { system, scenario: { yes = [], words = [], asksAtClose } }: Setting,
): Change {
  const arrived = arrival(world, delivery.message ?? '')
  const isYes = yes.includes(arrived.id)
  const isInWords = words.includes(arrived.id)
  const { item, output } =
    isYes || isInWords
      ? system.receive(world.session, arrived, isYes ? yesOf(asksAtClose) : WORDS)
      : system.append(world.session, arrived)
  const queued = item.pendingEntries.flatMap((entry) =>
    entry.kind === 'answer' && entry.deliver ? [entry.deliver.commandId] : [],
  )
  const isBeside = isInWords && item !== world.session && world.session.questions !== undefined
  const past = answered(received(world, arrived, item), arrived, { item, queued })
  const said = isBeside ? { ...past, words: [...past.words, arrived.id] } : past
  const next = world.with({ session: item, past: said })
  const [name] = queued
  const approves = name === undefined ? undefined : ({ what: 'approve', name, isYes } as const)
  const happening = isBeside ? ({ what: 'words' } as const) : approves
  return {
    world: afterAppend(next, who, delivery, { system, output }),
    ...(happening && { happening }),
  }
}

const yesOf = (asksAtClose = false) => (asksAtClose ? FIRST : YES)

function afterAppend(
  world: World,
  who: Who,
  delivery: Delivery,
  { system, output }: { readonly system: System; readonly output: WakeTarget },
): World {
  const { bodies, session } = world
  if (delivery.message !== undefined && !bodies.includes(delivery.message))
    return world.with({ [who]: { ...delivery, does: 'put-body' } })
  if (!system.appendOpens && !session.run.open)
    return world.with({ [who]: { ...delivery, does: 'open' } })
  return wake(world, who, delivery, output)
}

/** What was approved, and who was told that an answer is late. */
function answered(
  past: World['past'],
  { id }: Arrival,
  { item, queued }: { readonly item: Session; readonly queued: readonly string[] },
): World['past'] {
  const isTold = item.pendingEntries.some(
    (entry) => entry.kind === 'notice' && entry.about?.some((message) => message.id === id),
  )
  return {
    ...past,
    approved: [...past.approved, ...queued],
    told: isTold ? [...past.told, id] : past.told,
  }
}

/** A person's new message wakes a stopped session; reports of its own workers do not. */
function received({ past, session }: World, { id, leg }: Arrival, after: Session): World['past'] {
  if (after === session) return past
  return leg && leg.run <= session.stopped
    ? { ...past, dropped: [...past.dropped, id] }
    : { ...past, halted: false }
}

function start(world: World, who: Who, delivery: Delivery, system: System): World {
  const { run } = delivery
  const execution = world.executions[run]
  if (!execution || execution.status === 'never started') {
    return done(enter(withExecution(world, run, over), run, { does: 'ask' }), who)
  }
  if (execution.status === 'running' || !system.recoversUsedName) return done(world, who)
  return world.with({ [who]: { ...delivery, does: 'recover' } })
}
