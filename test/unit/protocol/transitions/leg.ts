/** A worker's leg: it works, its report is queued, then marked as reported. */
import { fault, type Setting, type Transition } from '../transition.ts'
import { REPORT, type World } from '../world.ts'

const reported = (world: World): World => world.with({ leg: { ...world.leg, does: 'reported' } })
const queued = (world: World): World => world.with({ queue: [...world.queue, REPORT] })

/** A leg that dies without a result is the same here: its report says that it is lost. */
export function leg(world: World, { system }: Setting): Transition[] {
  switch (world.leg.does) {
    case 'work':
      return [{ label: 'leg: ends', world: world.with({ leg: { ...world.leg, does: 'report' } }) }]
    case 'report':
      return [
        { label: 'leg: report queued and marked', world: queued(reported(world)) },
        ...fault(world, 'crash', 'CRASH leg between report and mark', (struck) =>
          system.reportFirst ? queued(struck) : reported(struck),
        ),
      ]
    default:
      return []
  }
}
