/** Starts and stops Step Functions executions and completes their tasks. */
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
  ValidationException,
} from '@aws-sdk/client-sfn'
import { logger } from './logger.ts'

const workflows = new SFNClient({ maxAttempts: 4 })

/** Returns whether an execution with this name runs now; false if the name belongs to one that has ended. */
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

/**
 * Stops an execution. Ignores one that has ended or never existed. Step Functions does not document whether stopping one
 * that has ended succeeds; the only errors that it documents and that can mean this are these two.
 */
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
    if (error instanceof ExecutionDoesNotExist) return
    if (!(error instanceof ValidationException)) throw error
    logger.warn('execution not stopped, perhaps because it has ended', { execution: name, error })
  }
}

/** Whether no task waits for the token. The log says it, because otherwise a token that never works goes unnoticed. */
function isOver(error: unknown): boolean {
  const over =
    error instanceof TaskTimedOut ||
    error instanceof TaskDoesNotExist ||
    error instanceof InvalidToken
  if (over) logger.warn('no task waits for this token', { error })
  return over
}

/** Returns whether a task was waiting for this token. */
export async function completeTask(taskToken: string): Promise<boolean> {
  try {
    await workflows.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))
    return true
  } catch (error) {
    if (isOver(error)) return false
    throw error
  }
}

/** Returns whether a task is still waiting for this token. */
export async function sendHeartbeat(taskToken: string): Promise<boolean> {
  try {
    await workflows.send(new SendTaskHeartbeatCommand({ taskToken }))
    return true
  } catch (error) {
    if (isOver(error)) return false
    throw error
  }
}
