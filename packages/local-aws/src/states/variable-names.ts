/** The rules for variable names: their syntax, and that an inner scope does not reuse an outer one. */

import type { State, StatesBlock } from './definition.ts'
import type { JsonObject } from './json.ts'

/** Unicode's identifier rule (UAX 31), at most 80 characters. */
const NAME = /^\p{ID_Start}\p{ID_Continue}{0,79}$/u

const assignedBy = (state: State): string[] => {
  const holders: { Assign?: JsonObject | undefined }[] = []
  if (state.Type !== 'Succeed' && state.Type !== 'Fail') holders.push(state)
  if (state.Type === 'Choice') holders.push(...state.Choices)
  if ('Catch' in state) holders.push(...(state.Catch ?? []))
  return holders.flatMap(({ Assign }) => Object.keys(Assign ?? {}))
}

const blocksIn = (state: State): StatesBlock[] => {
  if (state.Type === 'Parallel') return state.Branches
  return state.Type === 'Map' ? [state.ItemProcessor] : []
}

const problemWith = (name: string, outer: ReadonlySet<string>): string | undefined => {
  if (name === 'states') return "the variable name 'states' is reserved"
  if (!NAME.test(name))
    return `'${name}' is not a variable name (a letter, then letters or digits, at most 80)`
  if (outer.has(name))
    return `the variable '${name}' is already one of an outer scope: give the inner one another name`
  return undefined
}

/**
 * Returns one sentence for each invalid name. Names must be unique between nested scopes, according to Step
 * Functions' documentation. That AWS checks this when the machine is created is assumed.
 */
export function variableNameProblems(
  block: StatesBlock,
  outer: ReadonlySet<string> = new Set(),
): string[] {
  const states = Object.entries(block.States)
  const visible = new Set([...outer, ...states.flatMap(([, state]) => assignedBy(state))])
  return states.flatMap(([name, state]) => [
    ...assignedBy(state).flatMap((variable) => {
      const problem = problemWith(variable, outer)
      return problem === undefined ? [] : [`state '${name}': ${problem}`]
    }),
    ...blocksIn(state).flatMap((inner) => variableNameProblems(inner, visible)),
  ])
}
