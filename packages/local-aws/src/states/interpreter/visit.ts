/** One visit of a state, from entering to leaving it, with all its retries. */
import type { State, StatesBlock } from '../definition.ts'
import { EvaluationError, unexpectedType } from '../expression.ts'
import { ErrorName, StateFailure } from '../failure.ts'
import { type Json, type JsonObject, typeName } from '../json.ts'
import type { Position, Variables } from '../progress.ts'
import { Retries } from '../retry.ts'
import { executionContext, timestamp } from './context.ts'
import type { Thread } from './thread.ts'

/** Parts of `$states` that only some fields may read. */
export interface ExtraStates {
  readonly result?: Json
  readonly errorOutput?: Json
  /** `$states.context.Map`, for an ItemSelector. */
  readonly map?: JsonObject
}

/** Runs a block and returns its last state's output; states that contain blocks use it. */
export type RunBlock = (thread: Thread, block: StatesBlock, input: Json) => Promise<Json>

export class StateVisit {
  readonly thread: Thread
  readonly name: string
  readonly state: State
  readonly input: Json
  /** All variables when the state was entered. */
  readonly variables: Variables
  readonly retries: Retries
  readonly runBlock: RunBlock
  /** The current attempt's task token, if the task has one. */
  token: string | undefined

  constructor(thread: Thread, state: State, position: Position, runBlock: RunBlock) {
    this.thread = thread
    this.runBlock = runBlock
    this.state = state
    this.name = position.state
    this.input = position.input
    this.variables = { ...thread.outer, ...position.variables }
    const retriers = 'Retry' in state ? state.Retry : undefined
    this.retries = new Retries(retriers ?? [], thread.run.machinery.random)
  }

  get entered(): { eventId: number; at: number } {
    return this.thread.progress.entered ?? { eventId: 0, at: 0 }
  }

  /** Progress of the state's blocks when a redrive begins; a retry restarts all of them. */
  get resumable(): Json[] | undefined {
    return this.retries.total === 0 ? this.thread.progress.items : undefined
  }

  /**
   * Evaluates a field with the values from when the state was entered.
   * @throws StateFailure `States.QueryEvaluationError`, recorded in the history
   */
  async evaluate(template: Json, field: string, extra: ExtraStates = {}): Promise<Json> {
    const { expressions } = this.thread.run.machinery
    try {
      return await expressions.evaluate(template, this.#bindings(extra), field)
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error
      throw this.evaluationFailed(error.message, error.field)
    } finally {
      this.thread.scope.check()
    }
  }

  /** Returns the value of a field. Throws unless it has the given JSON type. */
  async evaluateTo(type: 'number', template: Json, field: string): Promise<number>
  async evaluateTo(type: 'string', template: Json, field: string): Promise<string>
  async evaluateTo(type: 'boolean', template: Json, field: string): Promise<boolean>
  async evaluateTo(type: 'array', template: Json, field: string): Promise<Json[]>
  async evaluateTo(type: string, template: Json, field: string): Promise<Json> {
    const value = await this.evaluate(template, field)
    if (typeName(value) === type) return value
    const { message } = unexpectedType(template, field, type, value)
    throw this.evaluationFailed(message, field)
  }

  /**
   * Records that an evaluation failed and returns the failure to throw. `location` is the field that caused it, if
   * one did.
   */
  evaluationFailed(problem: string, location?: string): StateFailure {
    const place = `An error occurred while executing the state '${this.name}' (entered at the event id #${this.entered.eventId}).`
    const report = { error: ErrorName.queryEvaluation, cause: `${place} ${problem}` }
    this.thread.record('EvaluationFailed', {
      state: this.name,
      ...(location === undefined ? {} : { location }),
      ...report,
    })
    return new StateFailure(report)
  }

  #bindings({ map, ...states }: ExtraStates): Readonly<Record<string, unknown>> {
    const context = this.#context(map)
    return { ...this.variables, states: { input: this.input, context, ...states } }
  }

  #context(map: JsonObject | undefined): JsonObject {
    const retryCount = this.state.Type === 'Task' ? { RetryCount: this.retries.total } : {}
    return {
      ...executionContext(this.thread.run.execution),
      State: { Name: this.name, EnteredTime: timestamp(this.entered.at), ...retryCount },
      ...(map === undefined ? {} : { Map: map }),
      ...(this.token === undefined ? {} : { Task: { Token: this.token } }),
    }
  }
}
