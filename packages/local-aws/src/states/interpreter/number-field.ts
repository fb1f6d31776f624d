/** Fields that hold a whole number, or an expression that evaluates to one. */
import type { StateVisit } from './visit.ts'

async function integer(
  visit: StateVisit,
  template: number | string,
  { field, least }: { field: string; least: number },
): Promise<number> {
  const value = await visit.evaluateTo('number', template, field)
  if (Number.isSafeInteger(value) && value >= least) return value
  // AWS's wording of this error is not known.
  throw visit.evaluationFailed(
    `The field '${field}' must be an integer of at least ${least}, but was: ${value}`,
    field,
  )
}

/** @throws StateFailure `States.QueryEvaluationError` unless it is 0, 1, 2 … */
export const nonNegativeInteger = (visit: StateVisit, template: number | string, field: string) =>
  integer(visit, template, { field, least: 0 })

/** @throws StateFailure `States.QueryEvaluationError` unless it is 1, 2, 3 … */
export const positiveInteger = (visit: StateVisit, template: number | string, field: string) =>
  integer(visit, template, { field, least: 1 })
