/** The EventBridge event for a change of an execution's status. */
import { randomUUID } from 'node:crypto'
import type { Execution, Status } from './execution.ts'
import { redriveObstacle } from './redrive.ts'

/** The event that EventBridge passes to a rule's target; dates in `detail` are milliseconds since the epoch. */
export interface StatusChangeEvent {
  version: '0'
  id: string
  'detail-type': 'Step Functions Execution Status Change'
  source: 'aws.states'
  account: string
  /** ISO 8601, to the second. */
  time: string
  region: string
  resources: string[]
  detail: {
    executionArn: string
    stateMachineArn: string
    name: string
    status: Status
    startDate: number
    stopDate: number | null
    input: string | null
    output: string | null
    stateMachineVersionArn: null
    stateMachineAliasArn: null
    redriveCount: number
    redriveDate: number | null
    redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE'
    redriveStatusReason: string | null
    inputDetails: { included: boolean }
    outputDetails: { included: boolean } | null
    error: string | null
    cause: string | null
  }
}

/** Maximum bytes of escaped input and output in an event: 248 KiB. */
const EVENT_PAYLOAD_LIMIT = 248 * 1024

const escapedSize = (text: string | undefined): number =>
  text === undefined ? 0 : Buffer.byteLength(JSON.stringify(text))

/** Omits the input if it does not fit together with the output, and the output if it does not fit alone. */
function payloads({ identity, output }: Execution) {
  const keepsOutput = escapedSize(output) <= EVENT_PAYLOAD_LIMIT
  const keepsInput = escapedSize(identity.input) + escapedSize(output) <= EVENT_PAYLOAD_LIMIT
  return {
    input: keepsInput ? identity.input : null,
    inputDetails: { included: keepsInput },
    output: keepsOutput ? (output ?? null) : null,
    outputDetails: output === undefined ? null : { included: keepsOutput },
  }
}

/** @param now milliseconds since the epoch */
export function statusChangeEvent(
  execution: Execution,
  { account, region, now }: { account: string; region: string; now: number },
): StatusChangeEvent {
  const { identity, status, startDate, stopDate, redriveCount, redriveDate } = execution
  const obstacle = redriveObstacle(execution, now)
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account,
    time: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: [identity.arn],
    detail: {
      executionArn: identity.arn,
      stateMachineArn: identity.machineArn,
      name: identity.name,
      status,
      startDate,
      stopDate: stopDate ?? null,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount,
      redriveDate: redriveDate ?? null,
      redriveStatus: obstacle === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
      redriveStatusReason: obstacle ?? null,
      error: execution.error ?? null,
      cause: execution.cause ?? null,
      ...payloads(execution),
    },
  }
}
