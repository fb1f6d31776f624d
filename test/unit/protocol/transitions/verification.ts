/**
 * The verification of the worker's first leg: its verifier, and the functions that begin it, store what it found, queue
 * the report, mark the leg and end the verifier, one atomic action at a time.
 */
import type { Verification } from '../../../../src/contract/review.ts'
import { currentLeg, legId, newWorker, type Worker } from '../../../../src/core/worker.ts'
import type { System } from '../system.ts'
import { type Change, type Component, fault, type Setting, type Transition } from '../transition.ts'
import { type Check, type Collector, WORKER, type World } from '../world.ts'

/** The verified leg. */
const LEG = 1
const AT = '1970-01-01T00:00:00.000Z'

export const verifiedWorker = (run: number): Worker =>
  newWorker(
    { sessionId: 's', workerId: WORKER, cliSession: 'c' },
    { task: '', criteria: [''], verify: { mode: 'once' } },
    { commandId: '', run, at: new Date(0), seconds: 1, verifySeconds: 1 },
  )

const withCheck = (world: World, change: Partial<Check>): World =>
  world.check ? world.with({ check: { ...world.check, ...change } }) : world

type Who = 'collector' | 'zombie'
const NAMES = { collector: 'collector', zombie: 'zombie collector' } as const

export const verification: readonly Component[] = [
  verifier,
  collecting('collector'),
  collecting('zombie'),
  recovery,
  sweepOfVerifiers,
]

/** The verifier brings its result, or its state times out because it died. */
function verifier(world: World): Transition[] {
  const { check } = world
  if (!check) return []
  const brings =
    check.verifier === 'live' && check.launched
      ? [{ label: 'verifier: result stored', world: withCheck(world, { verifier: 'brought' }) }]
      : []
  if (!check.waits) return brings
  const collector = { does: 'find' } as const
  const over = (before: World) => withCheck(before, { waits: false, collector })
  return check.verifier === 'live'
    ? [...brings, ...fault(world, 'verifierCrash', 'verifier: CRASH, heartbeat time-out', over)]
    : [{ label: 'verifier: over', world: over(world) }]
}

/** The steps of one function, and a crash or a time-out before each. */
function collecting(who: Who): Component {
  return (world, setting) => {
    const collector = world.check?.[who]
    if (!world.check || !collector) return []
    const label = `${NAMES[who]}: ${collector.does}`
    const gone = (before: World) => withCheck(before, { [who]: null })
    const again = (before: World) =>
      withCheck(before, { collector: { does: isAfter(collector) ? 'find' : 'collect' } })
    return [
      { label, ...step(world, who, collector, setting) },
      ...fault(world, 'collectorCrash', `CRASH before ${label}; the execution dies`, (struck) =>
        withCheck(gone(struck), { dead: true }),
      ),
      ...(who === 'collector'
        ? [
            ...fault(world, 'collectorCrash', `CRASH before ${label}; it is retried`, again),
            ...fault(
              world,
              'zombieCollector',
              `${label} goes on as a ZOMBIE; it is retried`,
              (struck) => again(withCheck(struck, { zombie: collector })),
            ),
          ]
        : []),
    ]
  }
}

/** The verifier was over when the function was called. */
const isAfter = ({ does }: Collector) => !['collect', 'spawn', 'begin'].includes(does)

/** The item's leg, if it still has to be reported. */
function openLeg({ worker }: Check) {
  const leg = currentLeg(worker)
  return worker.live && leg.n === LEG && !leg.reported ? leg : undefined
}

/** What a step acts on. `to` sets what its function does next, and changes the check. */
interface Step {
  readonly world: World
  readonly check: Check
  readonly at: Collector
  readonly system: System
  to(next: Collector | null, change?: Partial<Check>): World
}

function step(world: World, who: Who, at: Collector, { system }: Setting): Change {
  const { check } = world
  if (!check) return { world }
  const to: Step['to'] = (next, change = {}) => withCheck(world, { ...change, [who]: next })
  return STEPS[at.does]({ world, check, at, system, to })
}

const STEPS: Readonly<Record<Collector['does'], (given: Step) => Change>> = {
  collect: ({ check, system, to }) => {
    const leg = openLeg(check)
    if (!leg) return { world: to(null) }
    if (system.isVerifying(check.worker, LEG)) return { world: to(null, waiting(check)) }
    if (leg.verification) return { world: to({ does: 'say' }) }
    return { world: to({ does: system.verifierFirst ? 'spawn' : 'begin' }) }
  },
  spawn: ({ check, system, to }) => {
    const verifier = check.verifier === 'none' ? 'live' : check.verifier
    return system.verifierFirst
      ? { world: to({ does: 'begin' }, { verifier }) }
      : { world: to(null, { verifier, ...waiting(check) }) }
  },
  begin: ({ check, system, to }) => {
    const { item: worker } = system.beginVerification(check.worker, LEG, { now: 0 })
    if (!system.isVerifying(worker, LEG)) return { world: to({ does: 'end' }) }
    return system.verifierFirst
      ? { world: to(null, { worker, ...waiting(check) }) }
      : { world: to({ does: 'spawn' }, { worker }) }
  },
  find: ({ check, system, to }) => {
    if (!system.isVerifying(check.worker, LEG)) return { world: to({ does: 'say' }) }
    const found = check.verifier === 'brought' ? 'done' : 'lost'
    return { world: to({ does: system.verificationFirst ? 'store' : 'say', found }) }
  },
  store: ({ check, at: { found = 'lost' }, system, to }) => {
    const verification: Verification = {
      ...{ verifier: 'w1v1', outcome: found, at: '' },
      ...{ criteria: [], remarks: [] },
    }
    const { item } = system.storeVerification(check.worker, LEG, { verification, used: {} })
    const next = { does: system.verificationFirst ? 'say' : 'mark' } as const
    return { world: to(next, { worker: item }), happening: { what: 'verified' } }
  },
  // The body of the first report counts.
  say: ({ world, check, at: { found }, system, to }) => {
    const open = openLeg(check)
    if (!open) return { world: to({ does: 'end' }) }
    const says = check.says ?? open.verification?.outcome ?? found ?? 'lost'
    const next: Collector = {
      does: system.verificationFirst ? 'mark' : 'store',
      ...(found && { found }),
    }
    const queue = [...world.queue, legId(WORKER, LEG)]
    const said = to(next, { says }).with({ queue })
    const { leg } = world
    const isFirst = leg.n === LEG && leg.does === 'verify'
    return { world: isFirst ? said.with({ leg: { ...leg, does: 'mark' } }) : said }
  },
  mark: ({ world: { leg }, check, system, to }) => {
    const end = { outcome: 'done', used: {}, at: AT } as const
    const { item: worker } = system.endLeg(check.worker, LEG, end)
    const marked = to({ does: 'end' }, { worker })
    return {
      world: leg.n === LEG ? marked.with({ leg: { ...leg, does: 'reported' } }) : marked,
      happening: { what: 'verified' },
    }
  },
  end: ({ check, to }) => ({ world: to(null, { verifier: ended(check.verifier) }) }),
}

/** An execution starts the verifier and waits for it; recovery cannot. */
const waiting = ({ dead }: Check): Partial<Check> => (dead ? {} : { waits: true, launched: true })

const ended = (verifier: Check['verifier']) => (verifier === 'none' ? 'none' : 'ended')

/** The rule or the sweep finds that the execution is over and the leg is not reported. */
function recovery(world: World, { system }: Setting): Transition[] {
  const { check } = world
  if (!check?.dead || check.collector || !openLeg(check)) return []
  const isVerifying = system.isVerifying(check.worker, LEG)
  if (isVerifying && !system.recoversVerification) return []
  const collector = { does: isVerifying ? 'find' : 'collect' } as const
  return [{ label: 'recovery: the leg is collected', world: withCheck(world, { collector }) }]
}

/** Young verifiers are left alone: their leg may not be marked yet. */
function sweepOfVerifiers(world: World, { system }: Setting): Transition[] {
  const { check } = world
  const alive = check?.verifier === 'live' || check?.verifier === 'brought'
  if (!check || !alive || !system.sweepsVerifiers || check.collector || check.zombie) return []
  if (system.isVerifying(check.worker, LEG)) return []
  const change = { verifier: 'ended' } as const
  return [{ label: 'sweep: a verifier of no leg ended', world: withCheck(world, change) }]
}

/** The end of the session's work ends the worker with its verifier. Functions that run already go on. */
export function endVerified(world: World, { system }: Setting): World {
  const { check } = world
  if (!check) return world
  const { item } = system.closeWorker(check.worker, { status: 'ended', at: AT })
  const known = currentLeg(item).verifier !== undefined
  return withCheck(world, {
    worker: item,
    waits: false,
    dead: true,
    ...(known && { verifier: ended(check.verifier) }),
  })
}

/** MESSAGE_WORKER: the report that has arrived is marked, then the item has another leg. */
export function sendOn(world: World, { system }: Setting, run: number): World {
  const { check } = world
  if (!check) return world
  const marked = system.endLeg(check.worker, LEG, { outcome: 'done', used: {}, at: AT }).item
  const next = { commandId: 'next', run, at: new Date(0), seconds: 1 }
  return withCheck(world, { worker: system.instruct(marked, '', next).item })
}
