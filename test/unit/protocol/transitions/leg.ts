/** A worker's leg: it works, its report is queued, then marked as reported in the worker's item. */
import { legId } from '../../../../src/core/worker.ts'
import { fault, type Setting, type Transition } from '../transition.ts'
import { type Leg, WORKER, type World } from '../world.ts'
import { verifiedWorker } from './verification.ts'

const goesOn = (world: World, does: Leg['does']): World =>
  world.with({ leg: { ...world.leg, does } })
const queued = (world: World): World =>
  world.with({ queue: [...world.queue, legId(WORKER, world.leg.n)] })

const toVerify = (world: World): World =>
  goesOn(world, 'verify').with({
    check: {
      ...{ worker: verifiedWorker(world.leg.run), verifier: 'none', launched: false },
      ...{ waits: false, dead: false, zombie: null, says: null },
      collector: { does: 'collect' },
    },
  })

/**
 * A leg that dies without a result is the same here: its report says that it is lost. A crash before the mark only delays
 * it, because recovery marks the leg later.
 */
export function leg(world: World, { system, scenario }: Setting): Transition[] {
  switch (world.leg.does) {
    case 'work':
      return [
        scenario.verifies && world.leg.n === 1
          ? { label: 'leg: ends, to be verified', world: toVerify(world) }
          : { label: 'leg: ends', world: goesOn(world, 'report') },
      ]
    case 'report':
      return system.reportFirst
        ? [{ label: 'leg: report queued', world: queued(goesOn(world, 'mark')) }]
        : [
            { label: 'leg: marked, report queued', world: queued(goesOn(world, 'reported')) },
            ...fault(world, 'crash', 'CRASH leg between mark and report', (struck) =>
              goesOn(struck, 'reported'),
            ),
          ]
    case 'mark':
      // A verified leg is marked by the function that has queued its report.
      if (world.check && world.leg.n === 1) return []
      return [{ label: 'leg: marked', world: goesOn(world, 'reported') }]
    default:
      return []
  }
}
