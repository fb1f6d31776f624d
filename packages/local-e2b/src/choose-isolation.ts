/** Chooses the isolation of sandboxes. */
import { createBwrap, probeBwrap } from './bwrap.ts'
import type { Building, Isolation } from './isolation.ts'
import type { IsolationKind } from './options.ts'
import { createPrivateFolder } from './private-folder.ts'

/**
 * Returns the wanted isolation; `auto` is bubblewrap if it works.
 *
 * @throws Error with bubblewrap's message if `bwrap` is wanted and does not work here
 */
export function chooseIsolation(wanted: 'auto' | IsolationKind, building: Building): Isolation {
  if (wanted === 'none') return createPrivateFolder(building, 'it was asked for')
  const bwrap = createBwrap(building)
  const problem = probeBwrap(bwrap, building.stateDir)
  if (problem === undefined) return bwrap
  if (wanted === 'auto')
    return createPrivateFolder(building, `bubblewrap does not work here: ${problem}`)
  throw new Error(
    `isolation 'bwrap' does not work here: ${problem}. ` +
      "Install bubblewrap and allow user namespaces, or choose isolation 'none'.",
  )
}
