/** The alarms that roll an update back. */
import type { Resource } from '../stack-resources.ts'

/** CloudFormation takes five. These say that messages are no longer answered; the others, that something is wrong with a few. */
const ROLLING_BACK = [
  'FunctionErrors',
  'ApiErrors',
  'ApiGatewayErrors',
  'RunsFailed',
  'MessagesLate',
]

/** How long CloudFormation watches the alarms after the last change. */
export const MONITORING_MINUTES = 5

interface Place {
  readonly account: string
  readonly region: string
}

/** Returns the ARNs of the alarms that a deployed stack has. */
export const alarmArns = (resources: readonly Resource[], { account, region }: Place) =>
  resources
    .filter(({ type }) => type === 'AWS::CloudWatch::Alarm')
    .filter(({ logicalId }) => ROLLING_BACK.some((name) => isCalled(logicalId, name)))
    .map(
      ({ physicalId }) =>
        `arn:${partition(region)}:cloudwatch:${region}:${account}:alarm:${physicalId}`,
    )

/** Logical ids are the path of the construct and eight digits of its hash. */
const isCalled = (logicalId: string, name: string) =>
  new RegExp(`Alarms${name}[0-9A-F]{8}$`).test(logicalId)

const partition = (region: string) => (region.startsWith('cn-') ? 'aws-cn' : 'aws')
