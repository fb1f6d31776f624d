/** Unsupported parts of a template are refused by name; intrinsics evaluate as in CloudFormation. */
import { Aws, CfnParameter, CfnResource, Fn, type Stack } from 'aws-cdk-lib'
import { CfnFunction } from 'aws-cdk-lib/aws-lambda'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { expect, test } from 'vitest'
import { startAws } from '../src/index.ts'
import { type Lookups, resolver } from '../src/intrinsics.ts'
import { scratch, synthesiseOnly } from './fixture/stack.ts'

const start = (define: (stack: Stack) => void) =>
  startAws({
    assembly: synthesiseOnly(define),
    stateDir: scratch('state'),
    port: 0,
    secrets: {},
    lambdaEnv: {},
    log: () => {},
  })

const resource = (type: string, properties: Record<string, unknown>) => (stack: Stack) => {
  new CfnResource(stack, 'It', { type, properties })
}

const lambda = {
  Handler: 'index.handler',
  Runtime: 'nodejs24.x',
  Code: { ZipFile: '' },
  Role: 'role',
}

test.each([
  ['a type', 'AWS::Kinesis::Stream', {}, 'It (AWS::Kinesis::Stream)'],
  [
    'a stream of a table',
    'AWS::DynamoDB::Table',
    { StreamSpecification: {} },
    '"StreamSpecification"',
  ],
  ['a layer', 'AWS::Lambda::Function', { ...lambda, Layers: ['l'] }, '"Layers"'],
  ['another runtime', 'AWS::Lambda::Function', { ...lambda, Runtime: 'python3.14' }, 'Runtime'],
  [
    'an event filter',
    'AWS::Lambda::EventSourceMapping',
    { FilterCriteria: {} },
    '"FilterCriteria"',
  ],
  [
    'a versioned bucket',
    'AWS::S3::Bucket',
    { VersioningConfiguration: {} },
    '"VersioningConfiguration"',
  ],
  [
    'a pattern operator',
    'AWS::Events::Rule',
    { EventPattern: { source: [{ prefix: 'aws' }] } },
    'EventPattern',
  ],
  [
    'a target',
    'AWS::Events::Rule',
    { EventPattern: {}, Targets: [{ Id: 'a', Arn: 'arn:aws:sqs:x' }] },
    'arn:aws:sqs:x',
  ],
  [
    'a schedule',
    'AWS::Events::Rule',
    { ScheduleExpression: 'cron(0 0 L * ? *)', Targets: [{ Id: 'a', Arn: 'arn:aws:lambda:x' }] },
    'L is not implemented',
  ],
  [
    'an intrinsic function',
    'AWS::SQS::Queue',
    { QueueName: { 'Fn::ImportValue': 'x' } },
    'Fn::ImportValue is not implemented',
  ],
  [
    'an attribute',
    'AWS::SQS::Queue',
    { DelaySeconds: { 'Fn::GetAtt': ['It', 'Colour'] } },
    'It.Colour cannot be resolved',
  ],
  [
    'a secret without a value',
    'AWS::SecretsManager::Secret',
    { Name: 'app/api-key' },
    'Secret app/api-key has no value',
  ],
])('%s is refused by name', async (_, type, properties, named) => {
  await expect(start(resource(type, properties))).rejects.toThrow(named)
})

test('a name that refers to itself is refused', async () => {
  const self = { QueueName: { 'Fn::GetAtt': ['It', 'QueueName'] } }
  await expect(start(resource('AWS::SQS::Queue', self))).rejects.toThrow('It refers to itself')
})

test('a parameter without a value is refused by name', async () => {
  const started = start((stack) => {
    const parameter = new CfnParameter(stack, 'Colour')
    new Queue(stack, 'Queue', { queueName: parameter.valueAsString })
  })
  await expect(started).rejects.toThrow('Parameter Colour has no default: give its value')
})

test('ignored resources run without effect', async () => {
  const aws = await start((stack) => {
    new CfnResource(stack, 'Alarm', { type: 'AWS::CloudWatch::Alarm', properties: {} })
    new CfnFunction(stack, 'Fn', {
      code: { zipFile: 'exports.handler = async () => 1' },
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      role: Fn.join(':', ['arn', Aws.PARTITION]),
    })
  })
  expect(aws.resources.find('Small/Fn').arn).toMatch(
    /^arn:aws:lambda:us-east-1:000000000000:function:/,
  )
  await aws.close()
})

const lookups: Lookups = {
  parameters: { Stage: 'prod' },
  pseudo: { 'AWS::Region': 'us-east-1' },
  reference: (id) => (id === 'Queue' ? 'queue-url' : undefined),
  attribute: (id, name) => (id === 'Queue' ? `queue-${name}` : undefined),
}

/** Replaces `<…>` with CloudFormation's placeholder. */
const sub = (text: string) => text.replaceAll('<', '${').replaceAll('>', '}')

const { resolve } = resolver(
  {
    stackName: 'S',
    text: '',
    Resources: {},
    Parameters: { Stage: { Type: 'String', Default: 'dev' }, Size: { Type: 'Number', Default: 3 } },
    Conditions: {
      IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
      NotProd: { 'Fn::Not': [{ Condition: 'IsProd' }] },
      Both: {
        'Fn::And': [
          { Condition: 'IsProd' },
          { 'Fn::Or': [{ Condition: 'NotProd' }, { 'Fn::Equals': ['a', 'a'] }] },
        ],
      },
    },
    Mappings: { Sizes: { prod: { memory: 512 } } },
    Outputs: {},
    constructPaths: new Map(),
    assetFolder: () => '',
  },
  lookups,
)

test.each([
  [{ Ref: 'Queue' }, 'queue-url'],
  [{ Ref: 'Size' }, 3],
  [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'queue-Arn'],
  [{ 'Fn::GetAtt': 'Queue.Arn' }, 'queue-Arn'],
  [{ 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }, { Ref: 'Stage' }]] }, 'a-us-east-1-prod'],
  [{ 'Fn::Sub': sub('<Queue.Arn>/<Stage>/<!Literal>') }, sub('queue-Arn/prod/<Literal>')],
  [{ 'Fn::Sub': [sub('<a>-<Stage>'), { a: { Ref: 'Queue' } }] }, 'queue-url-prod'],
  [{ 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
  [{ 'Fn::If': ['IsProd', 'yes', 'no'] }, 'yes'],
  [{ 'Fn::If': ['NotProd', 'yes', 'no'] }, 'no'],
  [{ 'Fn::If': ['Both', 'yes', 'no'] }, 'yes'],
  [
    { a: { 'Fn::If': ['NotProd', 1, { Ref: 'AWS::NoValue' }] }, b: [{ Ref: 'AWS::NoValue' }, 2] },
    { b: [2] },
  ],
  [{ 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'memory'] }, 512],
  [{ Condition: { Bool: { x: true } } }, { Condition: { Bool: { x: true } } }],
])('%j is %j', (value, expected) => {
  expect(resolve(value, 'here')).toEqual(expected)
})

test('an error names its place', () => {
  expect(() => resolve({ Ref: 'Nobody' }, 'Output X')).toThrow(
    'Output X: Ref Nobody cannot be resolved',
  )
})
