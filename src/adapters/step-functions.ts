/** Step Functions: start, stop and answer, with the outcomes that the run protocol tells apart. */
import {
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidToken,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn'

const workflows = new SFNClient({ maxAttempts: 4 })

/** Answers false when that name has been used by an execution that is over. One that is running is `true`. */
export async function startExecution(
  machine: string,
  name: string,
  input: object,
): Promise<boolean> {
  try {
    await workflows.send(
      new StartExecutionCommand({ stateMachineArn: machine, name, input: JSON.stringify(input) }),
    )
    return true
  } catch (error) {
    if (error instanceof ExecutionAlreadyExists) return false
    throw error
  }
}

/** Stops an execution; one that is over or never was is fine. */
export async function stopExecution(machine: string, name: string, cause: string): Promise<void> {
  try {
    await workflows.send(
      new StopExecutionCommand({
        executionArn: `${machine.replace(':stateMachine:', ':execution:')}:${name}`,
        error: 'Stopped',
        cause,
      }),
    )
  } catch (error) {
    if (!(error instanceof ExecutionDoesNotExist)) throw error
  }
}

const isOver = (error: unknown) =>
  error instanceof TaskTimedOut ||
  error instanceof TaskDoesNotExist ||
  error instanceof InvalidToken

/** Answers whether a task was waiting for this token. */
export async function completeTask(taskToken: string): Promise<boolean> {
  try {
    await workflows.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))
    return true
  } catch (error) {
    if (isOver(error)) return false
    throw error
  }
}

/** Answers whether a task is still waiting for this token. */
export async function sendHeartbeat(taskToken: string): Promise<boolean> {
  try {
    await workflows.send(new SendTaskHeartbeatCommand({ taskToken }))
    return true
  } catch (error) {
    if (isOver(error)) return false
    throw error
  }
}
