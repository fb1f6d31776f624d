/** The part of `$states.context` that is the same for every state of an execution. */
import type { Execution } from '../execution.ts'
import { type JsonObject, parseJson } from '../json.ts'

/** ISO 8601; a fraction of zero is omitted. */
export const timestamp = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace('.000Z', 'Z')

export function executionContext(execution: Execution): JsonObject {
  const { identity, startDate, redriveCount, redriveDate } = execution
  return {
    Execution: {
      Id: identity.arn,
      Input: parseJson(identity.input) ?? {},
      StartTime: timestamp(startDate),
      Name: identity.name,
      RoleArn: identity.roleArn,
      RedriveCount: redriveCount,
      ...(redriveDate === undefined ? {} : { RedriveTime: timestamp(redriveDate) }),
    },
    StateMachine: { Id: identity.machineArn, Name: identity.machineName },
  }
}
