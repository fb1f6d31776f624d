/** The operations of the Step Functions API over the state machines of this machine. */
import type { JsonService } from '../json-service.ts'
import { executionOperations } from './api/executions.ts'
import { historyOperations } from './api/history.ts'
import { machineOperations } from './api/machines.ts'
import { taskOperations } from './api/tasks.ts'
import type { StateMachines } from './machines.ts'

/**
 * Operation name to implementation; each takes the request's JSON and throws AwsError. Dates are
 * seconds since the epoch.
 */
export const stepFunctionsService = (machines: StateMachines) =>
  ({
    ...machineOperations(machines),
    ...executionOperations(machines),
    ...historyOperations(machines),
    ...taskOperations(machines),
  }) satisfies JsonService
