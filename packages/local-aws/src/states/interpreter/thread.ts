/** One path through a States block: that of the machine, a Parallel branch or a Map iteration. */
import type { Scope } from '../cancellation.ts'
import type { State } from '../definition.ts'
import type { Execution } from '../execution.ts'
import type { JsonObject } from '../json.ts'
import type { Progress, Step, Variables } from '../progress.ts'
import type { ExecutionEnvironment } from './environment.ts'

/** The execution that the path belongs to. */
export interface RunOfThread {
  readonly machinery: ExecutionEnvironment
  readonly execution: Execution
  /** Records an event of the running execution and returns its id. */
  record(type: string, previousEventId: number, details?: JsonObject, step?: Step): number
}

export class Thread {
  readonly run: RunOfThread
  readonly scope: Scope
  readonly progress: Progress
  /** Variables of the outer scopes: readable, but not assignable here. */
  readonly outer: Variables
  /** Id of the event that precedes the next one. */
  lastEventId: number
  lastEventType = ''
  /** Type of the current state, once it was entered. */
  stateType: State['Type'] | undefined

  constructor(
    run: RunOfThread,
    scope: Scope,
    progress: Progress,
    outer: Variables,
    lastEventId: number,
  ) {
    this.run = run
    this.scope = scope
    this.progress = progress
    this.outer = outer
    this.lastEventId = lastEventId
  }

  /**
   * Records the next event of this path, with the step it belongs to.
   * @throws Stopped if the path was cancelled, so nothing that is recorded first has an effect afterwards
   */
  record(type: string, details?: JsonObject, step?: Omit<Step, 'path'>): void {
    this.lastEventId = this.recordAfter(this.lastEventId, type, details, step)
    this.lastEventType = type
  }

  /** Records an event that follows the given one and precedes none of this path's. */
  recordAfter(
    previousEventId: number,
    type: string,
    details?: JsonObject,
    step?: Omit<Step, 'path'>,
  ): number {
    this.scope.check()
    const located = step === undefined ? undefined : { ...step, path: [...this.progress.path] }
    return this.run.record(type, previousEventId, details, located)
  }
}
