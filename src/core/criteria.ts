/** A worker's criteria. The position of a criterion gives its id, so it never changes. */
import { type CriterionChange, MAX_CRITERIA } from '../contract/review.ts'

/** A criterion with its id, such as `C1`. */
export interface Criterion {
  readonly id: string
  readonly text: string
}

/** A change that applies from a leg on. The criterion itself has its new text. */
export interface CriterionChanged {
  readonly id: string
  readonly reason: string
  readonly leg: number
}

interface WithCriteria {
  readonly criteria: readonly string[]
}

interface WithChanges {
  readonly criteriaChanges?: readonly CriterionChanged[]
}

/** Returns a worker's criteria with their ids. */
export const criteriaOf = ({ criteria }: WithCriteria): readonly Criterion[] =>
  criteria.map((text, index) => ({ id: idAt(index), text }))

const idAt = (index: number) => `C${index + 1}`

/** Returns the criteria as lines for a prompt. */
export const criteriaText = (worker: WithCriteria): string =>
  criteriaOf(worker)
    .map(({ id, text }) => `${id}: ${text}`)
    .join('\n')

/** Returns what is wrong with changes of a worker's criteria, one line each. */
export function changeProblems(
  { criteria }: WithCriteria,
  changes: readonly CriterionChange[],
): readonly string[] {
  const known = criteria.map((_, index) => idAt(index))
  const unknown = changes.flatMap(({ id }) =>
    id === undefined || known.includes(id) ? [] : [`there is no criterion ${id} to change`],
  )
  const added = changes.filter(({ id }) => id === undefined).length
  return criteria.length + added > MAX_CRITERIA
    ? [...unknown, `a worker can have at most ${MAX_CRITERIA} criteria`]
    : unknown
}

/** So many reasons are kept with a worker. The history has all. */
const KEPT = 20

/** Changes a worker's criteria from a leg on. */
export function withChanges<Item extends WithCriteria & WithChanges>(
  worker: Item,
  changes: readonly CriterionChange[],
  leg: number,
): Item {
  if (changes.length === 0) return worker
  const criteria = [...worker.criteria]
  const changed = changes.map(({ id, text, reason }): CriterionChanged => {
    const index = id === undefined ? criteria.length : Number(id.slice(1)) - 1
    criteria[index] = text
    return { id: idAt(index), reason, leg }
  })
  return {
    ...worker,
    criteria,
    criteriaChanges: [...(worker.criteriaChanges ?? []), ...changed].slice(-KEPT),
  }
}

/**
 * Returns whether a criterion may have changed after this leg, so that what was found about it then is about another text.
 */
export function isChangedAfter({ criteriaChanges = [] }: WithChanges, id: string, leg: number) {
  const [oldest] = criteriaChanges
  // Changes before the oldest one may have been dropped.
  if (oldest && criteriaChanges.length === KEPT && oldest.leg > leg) return true
  return criteriaChanges.some((change) => change.id === id && change.leg > leg)
}
