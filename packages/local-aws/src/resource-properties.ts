/** The properties of each implemented type: used, or ignored for a stated reason. Any other is refused by name. */
import * as z from 'zod'
import { encryption, ignored, tags } from './ignored-property.ts'
import type { ImplementedType } from './resource-types.ts'
import { table } from './table-properties.ts'

const description = ignored('for the console')
const permission = ignored('permissions are not checked on one machine')
const enabled = z.enum(['ENABLED', 'DISABLED']).default('ENABLED')

const lambdaFunction = z.strictObject({
  FunctionName: z.string().optional(),
  Runtime: z.string().regex(/^nodejs/, 'only Node.js runtimes are implemented'),
  Handler: z.string().regex(/^[^.]+\.[^.]+$/, 'must be <file>.<export>'),
  Code: z.union([
    z.strictObject({ S3Bucket: z.unknown(), S3Key: z.string() }),
    z.strictObject({ ZipFile: z.string() }),
  ]),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
  ReservedConcurrentExecutions: z.number().int().optional(),
  Architectures: ignored('the machine has one'),
  Description: description,
  EphemeralStorage: ignored('the machine has a disk'),
  LoggingConfig: ignored('lines go to the log'),
  RecursiveLoop: ignored('no loop detection'),
  Role: permission,
  RuntimeManagementConfig: ignored('the runtime is this Node.js'),
  Tags: tags,
  TracingConfig: ignored('no X-Ray'),
})

const ruleTarget = z.strictObject({
  Arn: z.string(),
  Id: z.string(),
  Input: z.string().optional(),
  DeadLetterConfig: ignored('a function on one machine can always be reached'),
  RetryPolicy: ignored('a function on one machine can always be reached'),
})

/** The patterns that a rule may have: lists of exact values by field. */
const exactly = z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))

/** One schema for each implemented type; it parses properties whose intrinsics are resolved. */
export const propertySchemas = {
  'AWS::ApiGatewayV2::Api': z.strictObject({
    Name: z.string(),
    ProtocolType: z.literal('HTTP'),
    Description: description,
    DisableExecuteApiEndpoint: z.literal(false).optional(),
    Tags: tags,
  }),
  'AWS::ApiGatewayV2::Integration': z.strictObject({
    ApiId: z.string(),
    IntegrationType: z.literal('AWS_PROXY'),
    IntegrationUri: z.string(),
    PayloadFormatVersion: z.literal('2.0'),
    TimeoutInMillis: z.number().min(50).max(30_000).default(30_000),
    IntegrationMethod: ignored('a proxy integration is always a POST'),
    Description: description,
  }),
  'AWS::ApiGatewayV2::Route': z.strictObject({
    ApiId: z.string(),
    RouteKey: z.string(),
    Target: z.string(),
    AuthorizationType: z.literal('NONE', 'authorizers are not implemented').optional(),
    OperationName: description,
  }),
  'AWS::ApiGatewayV2::Stage': z.strictObject({
    ApiId: z.string(),
    StageName: z.literal('$default'),
    AutoDeploy: z.literal(true),
    AccessLogSettings: ignored('no access log'),
    DefaultRouteSettings: ignored('one machine does not throttle'),
    RouteSettings: ignored('one machine does not throttle'),
    Description: description,
    Tags: tags,
  }),
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::Rule': z.strictObject({
    Name: z.string().optional(),
    EventPattern: z
      .strictObject({
        source: exactly.optional(),
        'detail-type': exactly.optional(),
        detail: z.record(z.string(), exactly).optional(),
      })
      .optional(),
    ScheduleExpression: z.string().optional(),
    State: enabled,
    Targets: z.array(ruleTarget).default([]),
    Description: description,
    RoleArn: permission,
    Tags: tags,
  }),
  'AWS::Lambda::EventInvokeConfig': z.strictObject({
    FunctionName: z.string(),
    Qualifier: z.literal('$LATEST'),
    MaximumRetryAttempts: z.number().int().min(0).max(2).default(2),
    MaximumEventAgeInSeconds: ignored('an event waits three minutes at most'),
  }),
  'AWS::Lambda::EventSourceMapping': z.strictObject({
    FunctionName: z.string(),
    EventSourceArn: z.string().regex(/^arn:aws:sqs:/, 'only SQS is implemented'),
    BatchSize: z.number().int().min(1).max(10, 'more than 10 are not implemented').default(10),
    Enabled: z.boolean().default(true),
    FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
    ScalingConfig: z
      .strictObject({ MaximumConcurrency: z.number().int().min(2).optional() })
      .optional(),
    MaximumBatchingWindowInSeconds: ignored('messages are delivered at once'),
    MetricsConfig: ignored('no metrics'),
    Tags: tags,
  }),
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Url': z.strictObject({
    TargetFunctionArn: z.string(),
    AuthType: z.literal('NONE', 'signed function URLs are not implemented'),
    InvokeMode: z.enum(['BUFFERED', 'RESPONSE_STREAM']).default('BUFFERED'),
  }),
  'AWS::S3::Bucket': z.strictObject({
    BucketName: z.string().optional(),
    AbacStatus: permission,
    BucketEncryption: encryption,
    LifecycleConfiguration: ignored('objects stay until they are deleted'),
    LoggingConfiguration: ignored('no access log'),
    OwnershipControls: permission,
    PublicAccessBlockConfiguration: permission,
    Tags: tags,
  }),
  'AWS::SQS::Queue': z.strictObject({
    QueueName: z.string().optional(),
    FifoQueue: z.boolean().optional(),
    ContentBasedDeduplication: z.boolean().optional(),
    DeduplicationScope: z.enum(['messageGroup', 'queue']).optional(),
    FifoThroughputLimit: z.enum(['perMessageGroupId', 'perQueue']).optional(),
    DelaySeconds: z.number().optional(),
    MaximumMessageSize: z.number().optional(),
    MessageRetentionPeriod: ignored('messages stay until they are deleted'),
    ReceiveMessageWaitTimeSeconds: z.number().optional(),
    VisibilityTimeout: z.number().optional(),
    RedrivePolicy: z
      .strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() })
      .optional(),
    RedriveAllowPolicy: permission,
    KmsDataKeyReusePeriodSeconds: encryption,
    KmsMasterKeyId: encryption,
    SqsManagedSseEnabled: encryption,
    Tags: tags,
  }),
  'AWS::Scheduler::Schedule': z.strictObject({
    Name: z.string().optional(),
    ScheduleExpression: z.string(),
    ScheduleExpressionTimezone: z.enum(['UTC', 'Etc/UTC']).optional(),
    FlexibleTimeWindow: ignored('a schedule runs on time'),
    State: enabled,
    Target: ruleTarget.omit({ Id: true }).extend({ RoleArn: permission }),
    Description: description,
    GroupName: description,
  }),
  'AWS::SecretsManager::Secret': z.strictObject({
    Name: z.string().optional(),
    SecretString: z.string().optional(),
    GenerateSecretString: z
      .strictObject({
        ExcludeCharacters: z.string().default(''),
        ExcludeLowercase: z.boolean().default(false),
        ExcludeNumbers: z.boolean().default(false),
        ExcludePunctuation: z.boolean().default(false),
        ExcludeUppercase: z.boolean().default(false),
        GenerateStringKey: z.string().optional(),
        IncludeSpace: z.boolean().default(false),
        PasswordLength: z.number().int().min(1).max(4096).default(32),
        RequireEachIncludedType: z.boolean().default(true),
        SecretStringTemplate: z.string().optional(),
      })
      .optional(),
    Description: description,
    KmsKeyId: encryption,
    Tags: tags,
  }),
  'AWS::StepFunctions::StateMachine': z.strictObject({
    StateMachineName: z.string().optional(),
    StateMachineType: z.literal('STANDARD').optional(),
    DefinitionString: z.string(),
    EncryptionConfiguration: encryption,
    LoggingConfiguration: ignored('the history is kept'),
    RoleArn: permission,
    Tags: tags,
    TracingConfiguration: ignored('no X-Ray'),
  }),
} satisfies Record<ImplementedType, z.ZodType>

export type Properties<T extends ImplementedType> = z.infer<(typeof propertySchemas)[T]>
