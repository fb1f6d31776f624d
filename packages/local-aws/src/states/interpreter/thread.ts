/** One path through a States block: the machine's own, a Parallel branch's or a Map iteration's. */
import type { Scope } from '../cancellation.ts'
import type { State } from '../definition.ts'
import type { JsonObject } from '../json.ts'
import type { Progress, Step, Variables } from '../progress.ts'
import type { Run } from './run.ts'

export class Thread {
  readonly run: Run
  readonly scope: Scope
  readonly progress: Progress
  /** Variables of the outer scopes: readable here, never assigned. */
  readonly outer: Variables
  /** The event that the next one follows. */
  lastEventId: number
  lastEventType = ''
  /** The type of the state under way, once it was entered. */
  stateType: State['Type'] | undefined

  constructor(run: Run, scope: Scope, progress: Progress, outer: Variables, lastEventId: number) {
    this.run = run
    this.scope = scope
    this.progress = progress
    this.outer = outer
    this.lastEventId = lastEventId
  }

  /**
   * Records the next event of this path, with the step that it tells of.
   * @throws Stopped when the path was called off: so nothing that is recorded first can have an
   * effect afterwards
   */
  record(type: string, details?: JsonObject, step?: Omit<Step, 'path'>): void {
    this.lastEventId = this.recordAfter(this.lastEventId, type, details, step)
    this.lastEventType = type
  }

  /** Records an event that follows the given one and that no later event of this path follows. */
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
