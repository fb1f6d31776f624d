/** A Parallel state: runs all its branches concurrently, each with the same input. */
import type { ParallelState } from '../definition.ts'
import type { Json } from '../json.ts'
import { fanOut, recordAborted, recordFailedTask } from './fan-out.ts'
import type { Outcome } from './leave.ts'
import type { StateVisit } from './visit.ts'

export async function runParallel(visit: StateVisit, state: ParallelState): Promise<Outcome> {
  const { thread } = visit
  const inputs = visit.resumable ?? (await startBranches(visit, state))
  const output = await fanOut(visit, {
    count: inputs.length,
    limit: inputs.length,
    async run(branch, index) {
      const block = state.Branches[index]
      if (block === undefined) throw new Error(`The state '${visit.name}' has no branch ${index}.`)
      const result = await visit.runBlock(branch, block, inputs[index] ?? null)
      thread.lastEventId = branch.lastEventId
      return result
    },
    failed(part, others) {
      recordFailedTask(visit, part)
      for (const other of others) recordAborted(visit, part, other)
      thread.lastEventId = part.thread.lastEventId
    },
  })
  thread.record('ParallelStateSucceeded')
  return { holder: state, extra: { result: output }, output, next: state.Next }
}

async function startBranches(visit: StateVisit, state: ParallelState): Promise<Json[]> {
  const input =
    state.Arguments === undefined ? visit.input : await visit.evaluate(state.Arguments, 'Arguments')
  const inputs = state.Branches.map(() => input)
  visit.thread.record('ParallelStateStarted', undefined, { fanOut: inputs })
  return inputs
}
