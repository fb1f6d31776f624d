/** The tables and the bucket: their data must survive every deployment. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { propertiesOf, resources } from './support/template.ts'

/** With a changed id, CloudFormation would create an empty resource and leave the full one behind. */
const FROZEN = {
  StorageSessionsFCE686BD: 'AWS::DynamoDB::GlobalTable',
  StorageWorkersF2A4BBBA: 'AWS::DynamoDB::GlobalTable',
  StorageConversations8BA7E038: 'AWS::DynamoDB::GlobalTable',
  StorageUsage9ADDA69B: 'AWS::DynamoDB::GlobalTable',
  ChannelsContacts75F047C1: 'AWS::DynamoDB::GlobalTable',
  StorageBucket5CB7C8EA: 'AWS::S3::Bucket',
  DashboardFilesFF9B60FA: 'AWS::S3::Bucket',
}

/**
 * An older deployment has these. With another id CloudFormation creates a second one first, which fails where there may
 * be one only, or takes what is on a queue, the API's address or the sandboxes' gateway with the old one.
 */
const FROZEN_TOO = {
  ApiHttp17514DA7: 'AWS::ApiGatewayV2::Api',
  ApiStage4697DF29: 'AWS::ApiGatewayV2::Stage',
  ApiHttpDefaultRoute41824AB3: 'AWS::ApiGatewayV2::Route',
  IntakeQueue6FB53B87: 'AWS::SQS::Queue',
  IntakeQueuePolicy7DD39EDA: 'AWS::SQS::QueuePolicy',
  IntakeDeadLettersA15864BB: 'AWS::SQS::Queue',
  IntakeDeadLettersPolicy486AD3D7: 'AWS::SQS::QueuePolicy',
  IntakeDispatchMessage7CE6AEA8: 'AWS::Lambda::Function',
  IntakeDispatchMessageSqsEventSourceBatonIntakeQueue6F25EB3E0E1171C8:
    'AWS::Lambda::EventSourceMapping',
  ChannelsOutboxD1784C98: 'AWS::SQS::Queue',
  ChannelsOutboxPolicyDE8358FA: 'AWS::SQS::QueuePolicy',
  ChannelsEndingsEBB66BEB: 'AWS::SQS::Queue',
  ChannelsEndingsPolicyD0574341: 'AWS::SQS::QueuePolicy',
  ChannelsUndone02A09F2D: 'AWS::SQS::Queue',
  ChannelsUndonePolicy162192E0: 'AWS::SQS::QueuePolicy',
  GatewayModelGateway59F6F7B1: 'AWS::Lambda::Function',
  GatewayModelGatewayFunctionUrl09B88FBD: 'AWS::Lambda::Url',
  ReviewLoopA19EC7E1: 'AWS::StepFunctions::StateMachine',
  WorkerLeg061DFC4D: 'AWS::StepFunctions::StateMachine',
  SecretsApiTokenB8AA259C: 'AWS::SecretsManager::Secret',
  SecretsReadTokenC0A4AD34: 'AWS::SecretsManager::Secret',
  SecretsJobKeyC486A949: 'AWS::SecretsManager::Secret',
  SecretsE2bKeyA2A6DBF3: 'AWS::SecretsManager::Secret',
  SecretsModelKey0DB4AAD3: 'AWS::SecretsManager::Secret',
  SecretsLinkKeyC7FA32E3: 'AWS::SecretsManager::Secret',
  SecretsTwilioToken74AC1922: 'AWS::SecretsManager::Secret',
  SecretsSendgridKeyB56B36F0: 'AWS::SecretsManager::Secret',
  SecretsSendgridPublicKey079D6F22: 'AWS::SecretsManager::Secret',
}

test.each(Object.entries({ ...FROZEN, ...FROZEN_TOO }))('%s keeps its logical id', (id, type) => {
  expect(resources[id]?.Type).toBe(type)
})

test.each(Object.keys(FROZEN))('%s is kept when the stack goes', (id) => {
  expect(resources[id]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
})

test('there are no other tables or buckets', () => {
  const stores = Object.entries(resources).filter(([, { Type }]) =>
    Object.values(FROZEN).includes(Type),
  )
  expect(stores.map(([id]) => id).sort()).toEqual(Object.keys(FROZEN).sort())
})

const table = z.object({
  BillingMode: z.string(),
  KeySchema: z.array(z.object({ AttributeName: z.string() })),
  TimeToLiveSpecification: z.unknown().optional(),
  SSESpecification: z.unknown(),
  Replicas: z.array(z.looseObject({})),
})
const tables = propertiesOf('AWS::DynamoDB::GlobalTable', table)

describe.each(tables)('the table %s', (_, properties) => {
  test('costs nothing while nobody writes', () => {
    expect(properties.BillingMode).toBe('PAY_PER_REQUEST')
  })

  test("is encrypted by DynamoDB's own key", () => {
    expect(properties.SSESpecification).toEqual({ SSEEnabled: false })
  })

  test('is in one region, can be restored to any second, and cannot be deleted by mistake', () => {
    expect(properties.Replicas).toEqual([
      expect.objectContaining({
        Region: '<AWS::Region>',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: {
          PointInTimeRecoveryEnabled: true,
          RecoveryPeriodInDays: 35,
        },
      }),
    ])
  })
})

test('keys and expiry are those that the functions use', () => {
  const layout = tables.map(([id, { KeySchema, TimeToLiveSpecification }]) => [
    id,
    KeySchema.map(({ AttributeName }) => AttributeName),
    TimeToLiveSpecification,
  ])
  expect(layout).toEqual([
    ['StorageSessionsFCE686BD', ['sessionId'], undefined],
    ['StorageWorkersF2A4BBBA', ['sessionId', 'workerId'], undefined],
    [
      'StorageConversations8BA7E038',
      ['sessionId', 'seq'],
      { AttributeName: 'expires', Enabled: true },
    ],
    ['StorageUsage9ADDA69B', ['scope', 'part'], { AttributeName: 'expires', Enabled: true }],
    ['ChannelsContacts75F047C1', ['scope', 'name'], { AttributeName: 'expires', Enabled: true }],
  ])
})

test('sessions that wait for people are in an index, with their questions', () => {
  expect(resources.StorageSessionsFCE686BD?.Properties).toMatchObject({
    GlobalSecondaryIndexes: expect.arrayContaining([
      expect.objectContaining({
        IndexName: 'openQuestions',
        Projection: { NonKeyAttributes: ['questions'], ProjectionType: 'INCLUDE' },
      }),
    ]),
  })
})

test('the bucket is encrypted, not public, and expires its objects', () => {
  expect(resources.StorageBucket5CB7C8EA?.Properties).toMatchObject({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
      ],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 372 }] },
  })
})

const resourcePolicy = z.object({ PolicyDocument: z.object({ Statement: z.array(z.unknown()) }) })

test('the bucket accepts TLS only', () => {
  const [policy] = propertiesOf('AWS::S3::BucketPolicy', resourcePolicy)
  expect(policy?.[1].PolicyDocument.Statement).toContainEqual({
    Action: 's3:*',
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    Resource: ['<StorageBucket5CB7C8EA.Arn>', '<StorageBucket5CB7C8EA.Arn>/*'],
  })
})
