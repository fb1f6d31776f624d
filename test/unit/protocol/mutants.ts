/** The guards, each with a version of the product that lacks it and the property that is then violated. */
import { actionMutants } from './mutants/actions.ts'
import { budgetMutants } from './mutants/budget.ts'
import { effectMutants } from './mutants/effects.ts'
import { modelMutants } from './mutants/model.ts'
import type { Mutant } from './mutants/mutant.ts'
import { ownershipMutants } from './mutants/ownership.ts'
import { questionMutants } from './mutants/questions.ts'
import { verificationMutants } from './mutants/verification.ts'

export const mutants: readonly Mutant[] = [
  ...ownershipMutants,
  ...actionMutants,
  ...budgetMutants,
  ...modelMutants,
  ...effectMutants,
  ...questionMutants,
  ...verificationMutants,
]

/** Returns the mutant that lacks this guard. Throws if there is none. */
export function mutantWithout(guard: string): Mutant {
  const found = mutants.find((mutant) => mutant.guard === guard)
  if (!found) throw new Error(`There is no guard "${guard}"; see --list.`)
  return found
}
