/** Runs a state once, whatever its type. */
import type { ChoiceState, FailState } from '../definition.ts'
import { ErrorName, StateFailure } from '../failure.ts'
import type { Outcome } from './leave.ts'
import { runMap } from './map.ts'
import { runParallel } from './parallel.ts'
import { runTask } from './task.ts'
import type { StateVisit } from './visit.ts'
import { runWait } from './wait.ts'

/** @throws StateFailure */
export function attempt(visit: StateVisit): Outcome | Promise<Outcome> {
  const { state, input } = visit
  switch (state.Type) {
    case 'Pass':
      return { holder: state, output: input, next: state.Next }
    case 'Succeed':
      return { holder: state, output: input, next: undefined }
    case 'Fail':
      return fail(visit, state)
    case 'Choice':
      return choose(visit, state)
    case 'Wait':
      return runWait(visit, state)
    case 'Task':
      return runTask(visit, state)
    case 'Map':
      return runMap(visit, state)
    case 'Parallel':
      return runParallel(visit, state)
  }
}

async function fail(visit: StateVisit, state: FailState): Promise<never> {
  const text = (template: string | undefined, field: string) =>
    template === undefined ? undefined : visit.evaluateTo('string', template, field)
  const error = await text(state.Error, 'Error')
  throw new StateFailure({ error, cause: await text(state.Cause, 'Cause') })
}

/** The first rule that is true applies; if there is none, the state itself and its Default do. */
async function choose(visit: StateVisit, state: ChoiceState): Promise<Outcome> {
  for (const rule of state.Choices) {
    if (await visit.evaluateTo('boolean', rule.Condition, 'Condition')) {
      return { holder: rule, output: visit.input, next: rule.Next }
    }
  }
  if (state.Default === undefined) {
    throw new StateFailure({
      error: ErrorName.noChoiceMatched,
      cause: `An error occurred while executing the state '${visit.name}' (entered at the event id #${visit.entered.eventId}). No choice rule matched and there is no Default.`,
    })
  }
  return { holder: state, output: visit.input, next: state.Default }
}
