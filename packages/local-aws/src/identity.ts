/** Names a resource on this machine: its physical name, its ARN, and its values of `Ref` and `Fn::GetAtt`. */
import type { Resolver } from './intrinsics.ts'
import type { Template } from './template.ts'

export const account = '000000000000'
export const region = 'us-east-1'

/** The API's identifier in `https://<apiId>.execute-api…`, a URL that CDK builds itself. */
export const apiId = 'localapi'

/** Nothing answers there, because there is no content delivery network on one machine. */
const DISTRIBUTION = 'local.cloudfront.net'

/** The addresses of the stack, known once its ports are open. */
export interface Addresses {
  /** URL of the HTTP API, without a trailing slash. */
  readonly api: string
  /** URL of all AWS services, without a trailing slash. */
  readonly endpoint: string
  /** Function URLs, with a trailing slash, by the logical id of their `AWS::Lambda::Url`. */
  readonly functionUrls: ReadonlyMap<string, string>
}

export interface Identity {
  readonly name: string
  readonly ref: string
  readonly attributes: Readonly<Record<string, string>>
  readonly url?: string
}

/** The property that names a resource, for each type that has one. */
const nameProperties: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::Rule': 'Name',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SSM::Parameter': 'Name',
  'AWS::Scheduler::Schedule': 'Name',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
}

/** Returns the property that names resources of a type, if it has one. */
export const namingProperty = (type: string): string | undefined => nameProperties[type]

const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`

const byName = (name: string, Arn: string): Identity => ({ name, ref: name, attributes: { Arn } })

/** For the types whose `Ref` is their ARN. */
const byArn = (name: string, Arn: string, more: Record<string, string> = {}): Identity => ({
  name,
  ref: Arn,
  attributes: { Arn, ...more },
})

/** For types that only other resources refer to. */
const byId = (name: string): Identity => ({ name, ref: name, attributes: { Id: name } })

/** Returns the identity of a resource. `resolve` evaluates names and targets that are intrinsics themselves. */
export function identity(
  logicalId: string,
  template: Template,
  addresses: Addresses,
  resolve: Resolver['resolve'],
): Identity {
  const { Type = '', Properties = {} } = template.Resources[logicalId] ?? {}
  const given = Properties[nameProperties[Type] ?? '']
  const name =
    given === undefined
      ? `${template.stackName}-${logicalId}`.slice(0, 60)
      : String(resolve(given, `The name of ${logicalId}`))
  switch (Type) {
    case 'AWS::ApiGatewayV2::Api':
      return {
        ...byId(apiId),
        url: addresses.api,
        attributes: { ApiId: apiId, ApiEndpoint: addresses.api },
      }
    case 'AWS::ApiGatewayV2::Integration':
    case 'AWS::ApiGatewayV2::Route':
    case 'AWS::Lambda::EventSourceMapping':
      return byId(logicalId)
    case 'AWS::ApiGatewayV2::Stage':
      return byId('$default')
    case 'AWS::CloudFront::Distribution':
      return { ...byName(name, arn('cloudfront', name)), attributes: { DomainName: DISTRIBUTION } }
    case 'AWS::DynamoDB::GlobalTable':
    case 'AWS::DynamoDB::Table':
      return byName(name, arn('dynamodb', `table/${name}`))
    case 'AWS::IAM::Role':
      return byName(name, `arn:aws:iam::${account}:role/${name}`)
    case 'AWS::Lambda::Function':
      return byName(name, arn('lambda', `function:${name}`))
    case 'AWS::Lambda::Url':
      return functionUrl(
        logicalId,
        String(resolve(Properties.TargetFunctionArn, logicalId)),
        addresses,
      )
    case 'AWS::S3::Bucket':
      return bucket(name)
    case 'AWS::SNS::Topic':
      return byArn(name, arn('sns', name), { TopicArn: arn('sns', name), TopicName: name })
    case 'AWS::SQS::Queue':
      return queue(name, Properties.FifoQueue === true, addresses)
    case 'AWS::SSM::Parameter':
      return { name, ref: name, attributes: { Value: String(resolve(Properties.Value, name)) } }
    case 'AWS::SecretsManager::Secret':
      return secret(name)
    case 'AWS::StepFunctions::StateMachine':
      return byArn(name, arn('states', `stateMachine:${name}`), { Name: name })
    default:
      return byName(name, arn(Type.split('::')[1]?.toLowerCase() ?? 'local', name))
  }
}

function functionUrl(
  logicalId: string,
  functionArn: string,
  { functionUrls }: Addresses,
): Identity {
  const url = functionUrls.get(logicalId) ?? ''
  return {
    name: logicalId,
    ref: functionArn,
    url,
    attributes: { FunctionUrl: url, FunctionArn: functionArn },
  }
}

function bucket(name: string): Identity {
  const valid = name.toLowerCase().replace(/[^a-z0-9.-]/g, '-')
  const Arn = `arn:aws:s3:::${valid}`
  const RegionalDomainName = `${valid}.s3.${region}.amazonaws.com`
  return { name: valid, ref: valid, attributes: { Arn, RegionalDomainName } }
}

function queue(given: string, fifo: boolean, { endpoint }: Addresses): Identity {
  const name = fifo && !given.endsWith('.fifo') ? `${given}.fifo` : given
  const url = `${endpoint}/${account}/${name}`
  return {
    name,
    ref: url,
    url,
    attributes: { Arn: arn('sqs', name), QueueName: name, QueueUrl: url },
  }
}

function secret(name: string): Identity {
  const secretArn = arn('secretsmanager', `secret:${name}-local0`)
  return byArn(name, secretArn, { Id: secretArn })
}
