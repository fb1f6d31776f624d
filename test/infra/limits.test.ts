/**
 * A plain `cdk deploy` succeeds on a new account: nothing in the template exceeds a limit of AWS, even with every option,
 * and nothing needs a quota to be raised first.
 */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { type SynthesisedStack, synthesiseStack } from './support/stack.ts'

/** Its limits are checked in each case. */
const WITH_DASHBOARD = { consoleDashboard: 'true' } as const

/** The most that an operator can configure, with the longest names. */
const EVERYTHING = {
  stage: 's'.repeat(20),
  people: manyPeople(49),
  // The longest lists that are accepted.
  conductorEgress: manyHosts(25),
  workerEgress: manyHosts(25),
  smsNumber: '+15550199',
  twilioAccountSid: `AC${'0'.repeat(32)}`,
  emailAddress: 'baton@in.example.com',
  publicUrl: `https://${'long-name.'.repeat(8)}example.com`,
  alarmEmail: 'operator@example.com',
  model: 'anthropic.claude-sonnet-5-5',
  verifierModel: 'anthropic.claude-sonnet-5-5',
  modelUpstream: 'bedrock',
  waitingReaders: 500,
  retainData: 'false',
  ...WITH_DASHBOARD,
  budgets: Object.fromEntries(
    ['run', 'session', 'sender', 'day'].map((scope) => [
      scope,
      { usd: 1000.25, turns: 100_000, workers: 10_000, minutes: 100_000 },
    ]),
  ),
}

const cases = [
  ['as it is', synthesiseStack(WITH_DASHBOARD)],
  ['with every option', synthesiseStack(EVERYTHING)],
  ['with people in the table', synthesiseStack({ ...WITH_DASHBOARD, people: manyPeople(300) })],
] as const

function manyHosts(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `host-${100 + i}.example.com`)
}

function manyPeople(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `person-${i}@example.com`)
}

/** Names that CloudFormation makes are cut at 64 characters, or somewhat later. */
const LONGEST_NAME = 80

/** Around a name: `arn:aws-us-gov:states:us-gov-west-1:123456789012:stateMachine:`, or a queue's URL. */
const AROUND_NAME = 66

/** Returns the longest value that a reference takes in a deployment. */
function longestValue(stack: SynthesisedStack, id: string, attribute: string | undefined): number {
  const type = stack.resources.find(([each]) => each === id)?.[1].Type
  const name = Math.min(`${stack.name}-${id}-`.length + 13, LONGEST_NAME)
  const isName =
    attribute === 'Name' || /^AWS::(?:S3|DynamoDB|Logs|ApiGatewayV2)::/.test(type ?? '')
  return isName && attribute !== 'Arn' ? name : name + AROUND_NAME
}

/** Returns the length of a rendered text once it is deployed. */
const deployedLength = (stack: SynthesisedStack, text: string) =>
  text
    .replaceAll('<AWS::AccountId>', '0'.repeat(12))
    .replaceAll('<AWS::Region>', 'ap-southeast-1')
    .replaceAll('<AWS::Partition>', 'aws-us-gov')
    .replaceAll(/<(\w+)(?:\.(\w+))?>/g, (_, id: string, attribute?: string) =>
      '0'.repeat(longestValue(stack, id, attribute)),
    ).length

/** The functions know secrets by name, of which rendering leaves the whole reference. */
const variableLength = (stack: SynthesisedStack, [name, value]: readonly [string, string]) =>
  name.length +
  (name.endsWith('_SECRET')
    ? `${stack.name}/sendgrid-public-key`.length
    : deployedLength(stack, value))

const propertiesIn = (stack: SynthesisedStack, type: string) =>
  stack.resources
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]) => [id, Properties] as const)

/** Returns the numbers of a stack's resources by what they belong to. */
function countBy(found: readonly (readonly [string, Record<string, unknown>])[], key: string) {
  return Object.entries(Object.groupBy(found, ([, properties]) => String(properties[key]))).map(
    ([owner, of = []]) => ({ owner, of: of.map(([, properties]) => properties) }),
  )
}

const fn = z.object({
  MemorySize: z.number().max(3008, 'new accounts have 3,008 MB'),
  Timeout: z.number().max(900),
  // A new account may run ten functions at once, and ten must stay unreserved.
  ReservedConcurrentExecutions: z.undefined().optional(),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }).optional(),
})

describe.each(cases)('%s', (_, stack) => {
  const functions = propertiesIn(stack, 'AWS::Lambda::Function')

  test('the stack is within the limits of CloudFormation', () => {
    expect(stack.resources.length).toBeLessThan(500)
    expect(stack.outputs.length).toBeLessThan(200)
    expect(stack.parameters.length).toBeLessThan(200)
    expect(stack.size).toBeLessThan(1_000_000)
    expect(stack.name.length).toBeLessThanOrEqual(128)
    for (const [id] of stack.resources) expect(id).toMatch(/^[A-Za-z0-9]{1,255}$/)
  })

  test('functions need no concurrency, memory or time that a new account lacks', () => {
    expect(functions.length).toBeGreaterThan(10)
    for (const [id, properties] of functions) {
      // The CDK's own functions state no timeout or memory.
      const { error } = fn.safeParse({ MemorySize: 128, Timeout: 3, ...properties })
      expect([id, error?.message]).toEqual([id, undefined])
    }
    const types = new Set(stack.resources.map(([, { Type }]) => Type))
    expect(types).not.toContain('AWS::Lambda::Alias')
    expect(types).not.toContain('AWS::Lambda::Version')
  })

  test('the variables of a function fit into 4 KB', () => {
    for (const [id, properties] of functions) {
      const variables = fn.parse({ MemorySize: 128, Timeout: 3, ...properties }).Environment
        ?.Variables
      const size = Object.entries(variables ?? {}).reduce(
        (sum, variable) => sum + variableLength(stack, variable),
        0,
      )
      expect([id, size > 4096 ? size : 'fits']).toEqual([id, 'fits'])
    }
  })

  test('the policies of a role fit into 10,240 characters, and its trust into 2,048', () => {
    const policies = propertiesIn(stack, 'AWS::IAM::Policy')
    for (const { owner, of } of countBy(policies, 'Roles')) {
      const size = of.reduce(
        (sum, { PolicyDocument }) => sum + deployedLength(stack, JSON.stringify(PolicyDocument)),
        0,
      )
      expect([owner, size > 10_240 ? size : 'fits']).toEqual([owner, 'fits'])
    }
    const role = z.looseObject({
      AssumeRolePolicyDocument: z.unknown(),
      ManagedPolicyArns: z.array(z.unknown()).max(10).optional(),
    })
    for (const [, properties] of propertiesIn(stack, 'AWS::IAM::Role'))
      expect(JSON.stringify(role.parse(properties).AssumeRolePolicyDocument).length).toBeLessThan(
        2048,
      )
  })

  test('the permissions to call a function fit into 20 KB', () => {
    const permissions = propertiesIn(stack, 'AWS::Lambda::Permission')
    for (const { owner, of } of countBy(permissions, 'FunctionName')) {
      // As Lambda stores a statement: an id, the effect, and the conditions around what the template states.
      const size = of.reduce(
        (sum, each) => sum + deployedLength(stack, JSON.stringify(each)) + 200,
        0,
      )
      expect([owner, size > 20_480 ? size : 'fits']).toEqual([owner, 'fits'])
    }
  })

  test('the API has at most 300 routes and integrations, and waits 30 seconds', () => {
    expect(propertiesIn(stack, 'AWS::ApiGatewayV2::Route').length).toBeLessThanOrEqual(300)
    const integrations = propertiesIn(stack, 'AWS::ApiGatewayV2::Integration')
    expect(integrations.length).toBeLessThanOrEqual(300)
    for (const [, { TimeoutInMillis = 30_000 }] of integrations)
      expect(TimeoutInMillis).toBeLessThanOrEqual(30_000)
  })

  test('event sources ask for what SQS and Lambda allow of FIFO queues', () => {
    const source = z.looseObject({
      BatchSize: z.number().min(1).max(10),
      MaximumBatchingWindowInSeconds: z.undefined().optional(),
      ScalingConfig: z.object({ MaximumConcurrency: z.number().min(2).max(1000) }),
    })
    const found = propertiesIn(stack, 'AWS::Lambda::EventSourceMapping')
    expect(found.length).toBeGreaterThan(3)
    for (const [, properties] of found) source.parse(properties)
    for (const [, { VisibilityTimeout }] of propertiesIn(stack, 'AWS::SQS::Queue'))
      expect(VisibilityTimeout).toBeLessThanOrEqual(43_200)
  })

  test('texts and names are no longer than their services allow', () => {
    const limits: readonly [type: string, property: string, most: number][] = [
      ['AWS::CloudWatch::Alarm', 'AlarmDescription', 1024],
      ['AWS::CloudWatch::Dashboard', 'DashboardName', 255],
      ['AWS::CloudWatch::Dashboard', 'DashboardBody', 1_048_576],
      ['AWS::Logs::LogGroup', 'LogGroupName', 512],
      ['AWS::Logs::MetricFilter', 'FilterPattern', 1024],
      ['AWS::SecretsManager::Secret', 'Name', 512],
      ['AWS::SecretsManager::Secret', 'Description', 2048],
      ['AWS::StepFunctions::StateMachine', 'DefinitionString', 1_000_000],
      ['AWS::IAM::Policy', 'PolicyName', 128],
    ]
    for (const [type, property, most] of limits) {
      const values = propertiesIn(stack, type).map(([, properties]) => properties[property])
      expect(values.length, type).toBeGreaterThan(0)
      for (const value of values.filter((each) => typeof each === 'string'))
        expect([type, property, deployedLength(stack, value) <= most]).toEqual([
          type,
          property,
          true,
        ])
    }
    const nameLimits = [
      ['AWS::CloudFront::OriginAccessControl', 'OriginAccessControlConfig', 64],
      ['AWS::CloudFront::ResponseHeadersPolicy', 'ResponseHeadersPolicyConfig', 128],
    ] as const
    for (const [type, config, most] of nameLimits)
      for (const [, properties] of propertiesIn(stack, type)) {
        const { Name } = z.looseObject({ Name: z.string() }).parse(properties[config])
        expect(deployedLength(stack, Name)).toBeLessThanOrEqual(most)
      }
  })

  test('an alarm watches at most ten metrics', () => {
    const alarm = z.looseObject({ Metrics: z.array(z.unknown()).max(11).default([]) })
    for (const [, properties] of propertiesIn(stack, 'AWS::CloudWatch::Alarm'))
      alarm.parse(properties)
  })
})
