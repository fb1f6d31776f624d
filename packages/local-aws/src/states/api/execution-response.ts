/** Formats an execution for API responses: dates in seconds since the epoch, input and output as JSON texts. */
import type { Execution } from '../execution.ts'
import { redriveObstacle } from '../redrive.ts'

/** Converts milliseconds to the API's seconds. */
export const seconds = (milliseconds: number): number => milliseconds / 1000

/** The entry of an execution in ListExecutions. */
export function listedExecution(execution: Execution) {
  const { identity, status, startDate, stopDate, redriveCount, redriveDate } = execution
  return {
    executionArn: identity.arn,
    stateMachineArn: identity.machineArn,
    name: identity.name,
    status,
    startDate: seconds(startDate),
    redriveCount,
    ...(stopDate === undefined ? {} : { stopDate: seconds(stopDate) }),
    ...(redriveDate === undefined ? {} : { redriveDate: seconds(redriveDate) }),
  }
}

function data({ identity, output, error, cause }: Execution) {
  const included = { included: true }
  return {
    input: identity.input,
    inputDetails: included,
    ...(output === undefined ? {} : { output, outputDetails: included }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  }
}

/** @param options.now milliseconds since the epoch */
export function describeExecution(
  execution: Execution,
  { now, withData }: { now: number; withData: boolean },
) {
  const obstacle = redriveObstacle(execution, now)
  return {
    ...listedExecution(execution),
    redriveStatus: obstacle === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(obstacle === undefined ? {} : { redriveStatusReason: obstacle }),
    ...(withData ? data(execution) : {}),
  }
}
