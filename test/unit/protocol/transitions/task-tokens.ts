/** SendTaskSuccess: accepts only the token of a task that is waiting now. */
import { enter, type Position, taskToken, type World } from '../world.ts'

/** The next state of a completed task: ContinueRun or AskConductor. */
function completed(at: Position): Position | undefined {
  switch (at.does) {
    case 'ask':
    case 'pause':
    case 'claim':
    case 'launch':
    case 'wait-turn':
      return { does: 'take' }
    case 'await':
    case 'wait-message':
      return { does: 'ask' }
    default:
      return undefined
  }
}

/** Returns the world after the task was completed, or undefined if no task waits for this token. */
export function completeTask(world: World, token: string | undefined): World | undefined {
  const run = world.executions.findIndex(
    ({ status, entered }, r) => status === 'running' && taskToken(r, entered) === token,
  )
  const execution = world.executions[run]
  const next = execution && completed(execution.at)
  return next && enter(world, run, next)
}
