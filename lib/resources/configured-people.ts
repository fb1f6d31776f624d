/** Writes the people of the configuration to the Contacts table when the stack is deployed. */
import { Annotations, Stack, Validations } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import {
  AwsCustomResource,
  AwsCustomResourcePolicy,
  Logging,
  PhysicalResourceId,
} from 'aws-cdk-lib/custom-resources'
import { Construct } from 'constructs'
import { CONFIGURED_PEOPLE } from '../../src/core/configured-people.ts'
import { Log } from '../kit/log.ts'

export class ConfiguredPeople extends Construct {
  constructor(scope: Construct, id: string, table: TableV2, people: readonly string[]) {
    super(scope, id)
    Annotations.of(this).addWarningV2(
      'baton:people-in-table',
      `The list "people" has ${people.length} entries, which is too long for the variables of a function. It is stored in the Contacts table. PUT /api/people/{address} manages people without a deployment.`,
    )
    const { scope: list, name } = CONFIGURED_PEOPLE
    const written = new AwsCustomResource(this, 'List', {
      resourceType: 'Custom::ConfiguredPeople',
      onUpdate: {
        service: 'DynamoDB',
        action: 'updateItem',
        parameters: {
          TableName: table.tableName,
          Key: { scope: { S: list }, name: { S: name } },
          // The whole list is replaced, so that whoever has left the configuration may no longer write.
          UpdateExpression: 'SET people = :people',
          ExpressionAttributeValues: { ':people': { L: people.map((one) => ({ S: one })) } },
        },
        physicalResourceId: PhysicalResourceId.of('people'),
        // The log would contain every address.
        logging: Logging.withDataHidden(),
      },
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement({
          actions: ['dynamodb:UpdateItem'],
          resources: [table.tableArn],
          conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [list] } },
        }),
      ]),
      installLatestAwsSdk: false,
      logGroup: new Log(this, 'Log'),
      memorySize: 512,
    })
    written.node.addDependency(table)
    this.#acknowledge()
  }
  /** The CDK makes the function that writes, one for the stack. */
  #acknowledge(): void {
    const uuid = AwsCustomResource.PROVIDER_FUNCTION_UUID.replaceAll('-', '')
    const writer = Validations.of(Stack.of(this).node.findChild(`AWS${uuid}`))
    for (const [id, reason] of Object.entries(ACKNOWLEDGED)) writer.acknowledge({ id, reason })
  }
}

const ACKNOWLEDGED = {
  'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]':
    "The CDK gives its function this policy, which allows only writing the function's log.",
  'Serverless-LambdaDLQ': 'CloudFormation waits for its response.',
  'Serverless-LambdaTracing': 'It runs only during a deployment.',
} as const
