/**
 * The CloudFormation types that are implemented, and those that are ignored, each with the reason. Any other is
 * refused by name.
 */
import type { Template } from './template.ts'

/** Types that have an effect on this machine. */
export const implementedTypes = [
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Url',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::Secret',
  'AWS::StepFunctions::StateMachine',
] as const

export type ImplementedType = (typeof implementedTypes)[number]

const permissions =
  'permissions are not checked on one machine: every function has the same credentials'
const observability = 'nothing is measured or alarmed on one machine: look at the log'
const alarms = 'alarms do not fire on one machine, so nobody is to be told'
const delivery = 'there is no content delivery network on one machine'
const bookkeeping = 'bookkeeping of the deployment'

/** Types that are accepted without effect, each with the reason why that does no harm. */
export const ignoredTypes: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::Account': observability,
  'AWS::Budgets::Budget': 'nothing costs money on one machine',
  'AWS::CDK::Metadata': bookkeeping,
  'AWS::CE::AnomalyMonitor': 'nothing costs money on one machine',
  'AWS::CE::AnomalySubscription': 'nothing costs money on one machine',
  'AWS::CloudFront::CachePolicy': delivery,
  'AWS::CloudFront::Distribution': delivery,
  'AWS::CloudFront::Function': delivery,
  'AWS::CloudFront::OriginAccessControl': delivery,
  'AWS::CloudFront::ResponseHeadersPolicy': delivery,
  'AWS::CloudWatch::Alarm': observability,
  'AWS::CloudWatch::CompositeAlarm': observability,
  'AWS::CloudWatch::Dashboard': observability,
  'AWS::IAM::ManagedPolicy': permissions,
  'AWS::IAM::Policy': permissions,
  'AWS::IAM::Role': permissions,
  'AWS::KMS::Alias': 'nothing is encrypted at rest on one machine',
  'AWS::KMS::Key': 'nothing is encrypted at rest on one machine',
  'AWS::Lambda::Permission': permissions,
  'AWS::Logs::LogGroup': observability,
  'AWS::Logs::MetricFilter': observability,
  'AWS::Logs::QueryDefinition': observability,
  'AWS::Logs::ResourcePolicy': permissions,
  'AWS::S3::BucketPolicy': permissions,
  'AWS::SNS::Subscription': alarms,
  'AWS::SNS::Topic': alarms,
  'AWS::SNS::TopicPolicy': permissions,
  'AWS::SQS::QueuePolicy': permissions,
  'AWS::Scheduler::ScheduleGroup': bookkeeping,
  'AWS::SecretsManager::ResourcePolicy': permissions,
  'AWS::XRay::Group': observability,
  'AWS::XRay::ResourcePolicy': permissions,
  'Custom::LogRetention': observability,
  'Custom::S3AutoDeleteObjects': 'nothing is deleted with the stack on one machine',
}

export const isImplemented = (type: string): type is ImplementedType =>
  implementedTypes.some((implemented) => implemented === type)

/** Throws if the template has a type that is neither implemented nor ignored, naming each such resource. */
export function refuseUnknownTypes({ Resources }: Template): void {
  const unknown = Object.entries(Resources).filter(
    ([, { Type }]) => !isImplemented(Type) && ignoredTypes[Type] === undefined,
  )
  if (unknown.length === 0) return
  const names = unknown.map(([logicalId, { Type }]) => `${logicalId} (${Type})`).join(', ')
  throw new Error(`Not implemented on one machine: ${names}. See resource-types.ts.`)
}
