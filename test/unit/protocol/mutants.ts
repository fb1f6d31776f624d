/** The guards, each with a version of the product that lacks it and the property that is then violated. */
import { actionMutants } from './mutants/actions.ts'
import { budgetMutants } from './mutants/budget.ts'
import { effectMutants } from './mutants/effects.ts'
import { ownershipMutants } from './mutants/ownership.ts'
import type { System } from './system.ts'

export interface Mutant {
  readonly guard: string
  /** What the product does instead. */
  readonly instead: string
  /** The replaced parts of the product. */
  readonly lacks: Partial<System>
  /** Where it shows. */
  readonly scenario: string
  /** The violated property, or why the search finds nothing. */
  readonly breaks: `${'L' | 'S' | 'J'}${number}` | { readonly coveredBy: string }
}

export const mutants: readonly Mutant[] = [
  ...ownershipMutants,
  ...actionMutants,
  ...budgetMutants,
  ...effectMutants,
]

/** Returns the mutant that lacks this guard. Throws if there is none. */
export function mutantWithout(guard: string): Mutant {
  const found = mutants.find((mutant) => mutant.guard === guard)
  if (!found) throw new Error(`There is no guard "${guard}"; see --list.`)
  return found
}
