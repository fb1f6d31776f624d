/** Links to the Step Functions console. */
import { variable } from './environment.ts'

/** The page of an execution of the machine with that ARN. */
export const consoleLink =
  (machine: 'REVIEW_LOOP_ARN' | 'WORKER_LEG_ARN') =>
  (execution: string): string =>
    `${variable('CONSOLE_URL')}${variable(machine).replace(':stateMachine:', ':execution:')}:${execution}`
