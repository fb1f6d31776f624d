/** Stacks, change sets and events in the shapes of CloudFormation's API. */
import { describeChange } from './changes.ts'
import type { ChangeSet, StackEvent, StackState } from './stack-state.ts'

const ALARM = 'AWS::CloudWatch::Alarm'

export const describeStack = (state: StackState) => ({
  StackId: state.id,
  StackName: state.name,
  CreationTime: state.created,
  StackStatus: state.status,
  StackStatusReason: state.reason,
  Tags: state.tags,
  Parameters: parameters(state.parameters),
  Outputs: Object.entries(state.outputs).map(([OutputKey, OutputValue]) => ({
    OutputKey,
    OutputValue,
  })),
  RollbackConfiguration: {
    RollbackTriggers: state.alarms.map((Arn) => ({ Arn, Type: ALARM })),
    MonitoringTimeInMinutes: state.monitoringMinutes,
  },
  NotificationARNs: [],
  Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
  EnableTerminationProtection: false,
})

const parameters = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }))

export function describeChangeSet(
  { id, name }: StackState,
  changeSet: ChangeSet,
  physicalId: (logicalId: string) => string | undefined,
) {
  const { changes } = changeSet
  const isEmpty = changes.length === 0
  return {
    ChangeSetId: changeSet.id,
    ChangeSetName: changeSet.name,
    StackId: id,
    StackName: name,
    CreationTime: changeSet.created,
    Status: isEmpty ? 'FAILED' : 'CREATE_COMPLETE',
    StatusReason: isEmpty
      ? "The submitted information didn't contain changes. Submit different information to create a change set."
      : undefined,
    ExecutionStatus: isEmpty ? 'UNAVAILABLE' : 'AVAILABLE',
    Parameters: parameters(changeSet.parameters),
    Tags: changeSet.tags,
    Changes: changes.map((change) => describeChange(change, physicalId(change.logicalId))),
  }
}

export const describeEvent = ({ id, name }: StackState, event: StackEvent) => ({
  StackId: id,
  StackName: name,
  EventId: `${event.logicalId}-${event.at.getTime()}`,
  LogicalResourceId: event.logicalId,
  PhysicalResourceId: event.physicalId,
  ResourceType: event.type,
  Timestamp: event.at,
  ResourceStatus: event.status,
  ResourceStatusReason: event.reason,
})

export const describeResource = ([logicalId, { type, physicalId, status }]: readonly [
  string,
  StackState['resources'] extends ReadonlyMap<string, infer Resource> ? Resource : never,
]) => ({
  LogicalResourceId: logicalId,
  PhysicalResourceId: physicalId,
  ResourceType: type,
  ResourceStatus: status,
  LastUpdatedTimestamp: new Date(),
})
