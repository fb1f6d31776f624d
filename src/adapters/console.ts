/** Builds links to the Step Functions console. */
import { env } from './environment.ts'

/** Returns a function that builds the link to an execution of this state machine, or returns null on one machine. */
export const consoleLink =
  (machine: 'REVIEW_LOOP_ARN' | 'WORKER_LEG_ARN') =>
  (execution: string): string | null => {
    const console = env('CONSOLE_URL')
    const arn = env(machine).replace(':stateMachine:', ':execution:')
    return console && `${console}${arn}:${execution}`
  }
