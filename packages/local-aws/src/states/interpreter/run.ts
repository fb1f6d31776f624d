/** An execution in progress: records its events and ends it exactly once. */
import { Scope } from '../cancellation.ts'
import type { Execution } from '../execution.ts'
import { ErrorName, StateFailure, Stopped } from '../failure.ts'
import { HISTORY_LIMIT, shown } from '../history.ts'
import type { JsonObject } from '../json.ts'
import { parseJson } from '../json.ts'
import type { Step } from '../progress.ts'
import { runBlock } from './block.ts'
import type { ExecutionEnvironment } from './environment.ts'
import { reportDetails } from './report.ts'
import { type RunOfThread, Thread } from './thread.ts'

export class Run implements RunOfThread {
  readonly machinery: ExecutionEnvironment
  readonly execution: Execution
  readonly #scope = new Scope()

  constructor(machinery: ExecutionEnvironment, execution: Execution) {
    this.machinery = machinery
    this.execution = execution
  }

  /**
   * Runs the execution from its current progress, at the start or at a redrive, until it ends. Never rejects:
   * every error becomes the execution's status.
   */
  async proceed(): Promise<void> {
    if (this.#scope.cancelled) return
    const { definition, identity, progress } = this.execution
    this.#armTimeout(definition.TimeoutSeconds)
    const thread = new Thread(this, this.#scope, progress, {}, 0)
    try {
      const output = await runBlock(thread, definition, parseJson(identity.input) ?? {})
      this.end('ExecutionSucceeded', shown('output', JSON.stringify(output)), thread.lastEventId)
    } catch (error) {
      this.#fail(error, thread.lastEventId)
    }
  }

  /** Records an event of the running execution and returns its id. */
  record(type: string, previousEventId: number, details?: JsonObject, step?: Step): number {
    if (this.execution.history.length >= HISTORY_LIMIT - 1) {
      this.#overflow(previousEventId)
      throw new Stopped('The history is full.')
    }
    return this.#keep(type, previousEventId, details, step)
  }

  /** Ends the execution with a terminal event and cancels everything in it. Does nothing if it has ended already. */
  end(type: string, details: JsonObject, previousEventId = 0): void {
    if (this.execution.status !== 'RUNNING') return
    this.#scope.cancel()
    this.#keep(type, previousEventId, details)
    this.machinery.closed(this.execution)
  }

  #keep(type: string, previousEventId: number, details?: JsonObject, step?: Step): number {
    const at = this.machinery.clock.now()
    const event = this.execution.nextEvent(type, { previousEventId, at }, details)
    this.machinery.keep(this.execution, event, step)
    return event.id
  }

  #armTimeout(seconds: number | undefined): void {
    if (seconds === undefined) return
    const cancel = this.machinery.clock.after(seconds * 1000, () =>
      this.end('ExecutionTimedOut', {}),
    )
    this.#scope.onCancel(cancel)
  }

  #fail(error: unknown, lastEventId: number): void {
    if (error instanceof Stopped) return
    const report =
      error instanceof StateFailure
        ? error.report
        : { error: ErrorName.runtime, cause: String(error instanceof Error ? error.stack : error) }
    this.end('ExecutionFailed', reportDetails(report), lastEventId)
  }

  #overflow(previousEventId: number): void {
    const cause = `The execution reached the maximum number of history events (${HISTORY_LIMIT}).`
    this.end('ExecutionFailed', { error: ErrorName.runtime, cause }, previousEventId)
  }
}
