/** Builds links to the Step Functions console. */
import { env } from './environment.ts'

/** Returns a function that builds the link to an execution of this state machine. */
export const consoleLink =
  (machine: 'REVIEW_LOOP_ARN' | 'WORKER_LEG_ARN') =>
  (execution: string): string =>
    `${env('CONSOLE_URL')}${env(machine).replace(':stateMachine:', ':execution:')}:${execution}`
