/** Runs several blocks for one state, with limited concurrency. The first failure cancels the others. */
import type { Scope } from '../cancellation.ts'
import { StateFailure } from '../failure.ts'
import type { Json } from '../json.ts'
import { partOf } from '../progress.ts'
import { Thread } from './thread.ts'
import type { StateVisit } from './visit.ts'

export interface FanOut {
  /** Number of blocks. */
  readonly count: number
  /** Maximum concurrency. */
  readonly limit: number
  /** Runs the `index`th block and returns its output. */
  run(thread: Thread, index: number): Promise<Json>
  /** Records that a block has failed, and that the others in progress were cancelled. */
  failed(failing: Part, others: readonly Part[]): void
}

export interface Part {
  readonly index: number
  readonly thread: Thread
}

/**
 * Returns the outputs in the order of the blocks. A block that finished before a redrive is not run again.
 * @throws StateFailure of the first block that fails, once all others have stopped
 */
export function fanOut(visit: StateVisit, plan: FanOut): Promise<Json[]> {
  return visit.thread.scope.nested((scope) => new Blocks(visit, plan, scope).run())
}

class Blocks {
  readonly #visit: StateVisit
  readonly #plan: FanOut
  readonly #scope: Scope
  readonly #outputs: Json[]
  readonly #active = new Map<number, Part>()
  #next = 0
  #failure: { error: unknown } | undefined

  constructor(visit: StateVisit, plan: FanOut, scope: Scope) {
    this.#visit = visit
    this.#plan = plan
    this.#scope = scope
    this.#outputs = new Array<Json>(plan.count).fill(null)
  }

  async run(): Promise<Json[]> {
    const { thread } = this.#visit
    const lanes = Math.min(this.#plan.limit, this.#plan.count)
    await Promise.all(Array.from({ length: lanes }, () => this.#lane(thread.lastEventId)))
    if (this.#failure !== undefined) throw this.#failure.error
    return this.#outputs
  }

  /** Runs blocks until none is left. Each block's history follows that of the previous block in the lane. */
  async #lane(firstEventId: number): Promise<void> {
    let previousEventId = firstEventId
    while (this.#next < this.#plan.count && this.#failure === undefined) {
      const index = this.#next++
      previousEventId = await this.#block(index, previousEventId)
    }
  }

  /** Runs one block and returns the id of its last event. */
  async #block(index: number, previousEventId: number): Promise<number> {
    const { thread: parent, variables } = this.#visit
    const progress = partOf(parent.progress, index)
    if (progress.end !== undefined) {
      this.#outputs[index] = progress.end.output
      return previousEventId
    }
    const thread = new Thread(parent.run, this.#scope, progress, variables, previousEventId)
    const part = { index, thread }
    this.#active.set(index, part)
    try {
      this.#outputs[index] = await this.#plan.run(thread, index)
    } catch (error) {
      this.#fail(part, error)
    }
    this.#active.delete(index)
    return thread.lastEventId
  }

  #fail(part: Part, error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = { error }
    this.#active.delete(part.index)
    this.#scope.cancel()
    if (error instanceof StateFailure) this.#plan.failed(part, [...this.#active.values()])
  }
}

/** Types of states whose cancellation is recorded in the history. */
const TOLD_WHEN_ABORTED = ['Task', 'Wait', 'Map', 'Parallel']

/** Records, after the failing block's last event, that a cancelled block's state was aborted. */
export function recordAborted(visit: StateVisit, failing: Part, { thread }: Part): void {
  const { stateType } = thread
  if (stateType === undefined || !TOLD_WHEN_ABORTED.includes(stateType)) return
  visit.thread.recordAfter(failing.thread.lastEventId, `${stateType}StateAborted`)
}

/** Records that the failing block's task is aborted. Other types of states have no such event. */
export function recordFailedTask(visit: StateVisit, failing: Part): void {
  const { lastEventType, lastEventId } = failing.thread
  if (!/^Task(Failed|TimedOut)$/.test(lastEventType)) return
  visit.thread.recordAfter(lastEventId, 'TaskStateAborted')
}
