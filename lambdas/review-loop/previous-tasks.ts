/**
 * Tasks of the state machine's previous version, in which each step of a turn was a state. Executions that were open when a
 * deployment was updated follow that version to their end, which takes at most a week.
 */
import * as z from 'zod'
import { textsOf } from '../../src/adapters/bodies.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import type { Session } from '../../src/core/session.ts'
import { currentTurn, remainingCommands } from '../../src/protocol/guards.ts'
import { task } from '../../src/triggers/task.ts'
import { runInput, turnInput } from '../../src/triggers/task-input.ts'
import { closeRun } from './close-run.ts'
import { continueRunTask } from './continue-run.ts'
import { abandonAndNotify } from './notify-senders.ts'
import { readTurn } from './read-turn.ts'
import { runCommand } from './run-command.ts'
import type { RunWork } from './run-work.ts'

const commandInput = z.object({
  ...turnInput.shape,
  index: z.number().int(),
  giveUp: z.boolean(),
})

const workOf = ({ sessionId, run }: z.infer<typeof runInput>): RunWork => ({
  run,
  texts: textsOf(sessionId),
  entries: new Set(),
  marked: new Set(),
})

/** Calls a step with the session, if there is one. */
const onSession = async <Output>(
  input: z.infer<typeof runInput>,
  act: (session: Session, work: RunWork) => Promise<Output>,
): Promise<Output | undefined> => {
  const session = await readSession(input.sessionId)
  return session && act(session, workOf(input))
}

export const previousTasks = {
  TakeMessages: continueRunTask,
  ReadTurn: task(turnInput, async ({ turn, ...input }) => {
    const after = await onSession(input, (session, work) => readTurn(session, work, turn))
    const accepted = after && currentTurn(after, input.run, turn, 'run')
    return {
      accepted: accepted !== undefined,
      commands: accepted ? remainingCommands(accepted) : [],
    }
  }),
  RunCommand: task(commandInput, async ({ turn, index, giveUp, ...input }) => {
    await onSession(input, async (session, work) => {
      if (currentTurn(session, input.run, turn, 'run')?.next === index)
        await runCommand(session, work, { index, giveUp })
    })
  }),
  NotifySenders: task(turnInput, async ({ turn, ...input }) => {
    await onSession(input, (session, work) => abandonAndNotify(session, work, turn))
    return { backOff: 0 }
  }),
  CloseRun: task(runInput, async (input) => {
    const done = await onSession(input, closeRun)
    return { closed: done?.left !== undefined }
  }),
}
