/** Leaves a state: evaluates its Output and Assign with the values from when the state was entered. */
import { dataLimitExceeded } from '../failure.ts'
import { shown } from '../history.ts'
import { isTooLarge, type Json, type JsonObject } from '../json.ts'
import type { Position, Variables } from '../progress.ts'
import type { ExtraStates, StateVisit } from './visit.ts'

/** The result of running a state. */
export interface Outcome {
  /** The state, choice rule or catcher whose Assign and Output apply. */
  readonly holder: { Assign?: JsonObject | undefined; Output?: Json | undefined }
  readonly extra?: ExtraStates
  /** The output if the holder has no Output. */
  readonly output: Json
  /** The next state; undefined ends the block. */
  readonly next: string | undefined
}

export interface Left {
  readonly output: Json
  readonly next?: Position
}

/** Maximum bytes of all variables of an execution: 10 MiB. */
const VARIABLES_LIMIT = 10 * 1024 * 1024

/**
 * @throws StateFailure `States.QueryEvaluationError`, or `States.DataLimitExceeded` over 256 KiB (assumed for
 *   variables)
 */
export async function leave(visit: StateVisit, outcome: Outcome): Promise<Left> {
  const { holder, extra } = outcome
  const assigned = holder.Assign === undefined ? {} : await assignments(visit, holder.Assign, extra)
  const output =
    holder.Output === undefined
      ? outcome.output
      : await visit.evaluate(holder.Output, 'Output', extra)
  const text = JSON.stringify(output)
  if (isTooLarge(text)) throw dataLimitExceeded(visit.name)
  return exit(visit, { output, text, assigned, next: outcome.next })
}

async function assignments(
  visit: StateVisit,
  template: JsonObject,
  extra: ExtraStates | undefined,
): Promise<JsonObject> {
  const assigned: JsonObject = {}
  for (const [name, value] of Object.entries(template)) {
    assigned[name] = await visit.evaluate(value, `Assign/${name}`, extra)
  }
  const visible = Buffer.byteLength(JSON.stringify({ ...visit.variables, ...assigned }))
  if (isTooLarge(JSON.stringify(assigned)) || visible > VARIABLES_LIMIT) {
    throw dataLimitExceeded(visit.name)
  }
  return assigned
}

function exit(
  visit: StateVisit,
  left: { output: Json; text: string; assigned: JsonObject; next: string | undefined },
): Left {
  const { thread } = visit
  const own: Variables = thread.progress.position?.variables ?? {}
  const details = {
    name: visit.name,
    ...shown('output', left.text),
    ...assignedDetails(left.assigned),
  }
  const type = `${visit.state.Type}StateExited`
  if (left.next === undefined) {
    thread.record(type, details, { end: { output: left.output } })
    return { output: left.output }
  }
  const variables = { ...own, ...left.assigned }
  const move = { state: left.next, input: left.output, variables }
  thread.record(type, details, { move })
  return { output: left.output, next: move }
}

function assignedDetails(assigned: JsonObject): JsonObject {
  const entries = Object.entries(assigned)
  if (entries.length === 0) return {}
  const texts = Object.fromEntries(entries.map(([name, value]) => [name, JSON.stringify(value)]))
  return { assignedVariables: texts, assignedVariablesDetails: { truncated: false } }
}
