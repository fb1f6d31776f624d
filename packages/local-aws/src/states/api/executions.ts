/** StartExecution, StopExecution, RedriveExecution, DescribeExecution and ListExecutions. */
import * as z from 'zod'
import type { Execution } from '../execution.ts'
import type { StateMachines } from '../machines.ts'
import { executionName, startInput } from './execution-input.ts'
import { describeExecution, listedExecution, seconds } from './execution-response.ts'
import { page } from './page.ts'
import { RedriveTokens } from './redrive-tokens.ts'
import { arnOf, maxResults, optional, request, validationError } from './request.ts'

const LONGEST_ERROR = 256
const LONGEST_CAUSE = 32_768
const STATUSES = ['SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING']

const startShape = z.object({
  stateMachineArn: arnOf('stateMachine'),
  name: executionName,
  input: startInput,
  traceHeader: optional(z.string()),
})

const stopShape = z.object({
  executionArn: arnOf('execution'),
  error: optional(z.string().max(LONGEST_ERROR)),
  cause: optional(z.string().max(LONGEST_CAUSE)),
})

const redriveShape = z.object({
  executionArn: arnOf('execution'),
  clientToken: optional(z.string().regex(/^[!-~]{1,64}$/)),
})

const describeShape = z.object({
  executionArn: arnOf('execution'),
  includedData: optional(z.enum(['ALL_DATA', 'METADATA_ONLY'])),
})

const listShape = z.object({
  stateMachineArn: arnOf('stateMachine'),
  statusFilter: optional(
    z.enum(STATUSES, `Member must satisfy enum value set: [${STATUSES.join(', ')}]`),
  ),
  redriveFilter: optional(z.enum(['REDRIVEN', 'NOT_REDRIVEN'])),
  maxResults,
  nextToken: optional(z.string()),
  mapRunArn: optional(z.string()),
})

/** Newest first: a running execution by its start or redrive, any other by its end. */
const newest = ({ status, startDate, stopDate, redriveDate }: Execution): number =>
  status === 'RUNNING' ? (redriveDate ?? startDate) : (stopDate ?? startDate)

const fits =
  ({ statusFilter, redriveFilter }: z.output<typeof listShape>) =>
  ({ status, redriveCount }: Execution): boolean =>
    (statusFilter === undefined || status === statusFilter) &&
    (redriveFilter === undefined || (redriveFilter === 'REDRIVEN') === redriveCount > 0)

export function executionOperations(machines: StateMachines) {
  const redriven = new RedriveTokens(machines.clock)
  return {
    StartExecution(input: unknown) {
      const asked = request(startShape, input)
      const execution = machines.start(asked.stateMachineArn, asked.input, asked.name)
      return { executionArn: execution.identity.arn, startDate: seconds(execution.startDate) }
    },

    StopExecution(input: unknown) {
      const { executionArn, error, cause } = request(stopShape, input)
      return { stopDate: seconds(machines.stop(executionArn, { error, cause }).stopDate ?? 0) }
    },

    RedriveExecution(input: unknown) {
      const { executionArn, clientToken } = request(redriveShape, input)
      const redriveDate = redriven.once(executionArn, clientToken, () =>
        seconds(machines.redrive(executionArn).redriveDate ?? 0),
      )
      return { redriveDate }
    },

    DescribeExecution(input: unknown) {
      const { executionArn, includedData } = request(describeShape, input)
      const execution = machines.execution(executionArn)
      return describeExecution(execution, {
        now: machines.clock.now(),
        withData: includedData !== 'METADATA_ONLY',
      })
    },

    ListExecutions(input: unknown) {
      const asked = request(listShape, input)
      if (asked.mapRunArn !== undefined) {
        throw validationError(["'mapRunArn' is not supported: there are no distributed Maps here"])
      }
      const { arn } = machines.machine(asked.stateMachineArn)
      const executions = machines
        .executions()
        .filter(({ identity }) => identity.machineArn === arn)
        .filter(fits(asked))
        .toReversed()
        .sort((one, other) => newest(other) - newest(one))
      const { items, ...next } = page(executions, asked, ({ identity }) => identity.arn)
      return { executions: items.map(listedExecution), ...next }
    },
  }
}
