/** Links to the Step Functions console. */
import { env } from './environment.ts'

/** The page of an execution of the machine with that ARN. */
export const consoleLink =
  (machine: 'REVIEW_LOOP_ARN' | 'WORKER_LEG_ARN') =>
  (execution: string): string =>
    `${env('CONSOLE_URL')}${env(machine).replace(':stateMachine:', ':execution:')}:${execution}`
