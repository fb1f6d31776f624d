/** Runs the states of a block one after the other. */
import type { Catcher, State, StatesBlock } from '../definition.ts'
import { ErrorName, errorOutput, matches, StateFailure } from '../failure.ts'
import { shown } from '../history.ts'
import type { Json } from '../json.ts'
import type { Position } from '../progress.ts'
import { attempt } from './attempt.ts'
import { type Left, leave } from './leave.ts'
import type { Thread } from './thread.ts'
import { StateVisit } from './visit.ts'

/**
 * Runs a block and returns its output. It continues where the thread's progress stopped; a new block begins at its
 * first state.
 * @throws StateFailure if a state fails and nothing catches it
 */
export async function runBlock(thread: Thread, block: StatesBlock, input: Json): Promise<Json> {
  let position = thread.progress.position ?? { state: block.StartAt, input, variables: {} }
  for (;;) {
    const state = block.States[position.state]
    if (state === undefined) throw new Error(`There is no state '${position.state}'.`)
    const left = await runState(thread, state, position)
    if (left.next === undefined) return left.output
    position = left.next
  }
}

async function runState(thread: Thread, state: State, position: Position): Promise<Left> {
  enter(thread, state, position)
  const visit = new StateVisit(thread, state, position, runBlock)
  for (;;) {
    try {
      return await leave(visit, await attempt(visit))
    } catch (error) {
      if (!(error instanceof StateFailure)) throw error
      const delay = visit.retries.next(error)
      if (delay === undefined) return caught(visit, error)
      await pause(thread, delay)
    }
  }
}

/** A redriven state was entered before, so its history continues without a second such event (assumed). */
function enter(thread: Thread, state: State, position: Position): void {
  const { progress } = thread
  thread.stateType = state.Type
  const known = progress.position === position
  if (known && progress.entered !== undefined) return
  const details = { name: position.state, ...shown('input', JSON.stringify(position.input)) }
  thread.record(`${state.Type}StateEntered`, details, {
    ...(known ? {} : { move: position }),
    entered: true,
  })
}

/** Follows the matching catcher, or throws the failure if there is none. */
async function caught(visit: StateVisit, failure: StateFailure): Promise<Left> {
  const { state, thread } = visit
  if (state.Type === 'Map' || state.Type === 'Parallel') {
    const redriveAll = failure.report.error === ErrorName.dataLimitExceeded
    thread.record(`${state.Type}StateFailed`, undefined, redriveAll ? { void: true } : undefined)
  }
  const catchers: readonly Catcher[] = ('Catch' in state ? state.Catch : undefined) ?? []
  const catcher = catchers.find(({ ErrorEquals }) => matches(ErrorEquals, failure))
  if (catcher === undefined) throw failure
  const error = errorOutput(failure)
  return leave(visit, {
    holder: catcher,
    extra: { errorOutput: error },
    output: error,
    next: catcher.Next,
  })
}

const pause = (thread: Thread, milliseconds: number): Promise<void> =>
  thread.scope.promise(({ resolve, onSettled }) => {
    onSettled(thread.run.machinery.clock.after(milliseconds, () => resolve()))
  })
