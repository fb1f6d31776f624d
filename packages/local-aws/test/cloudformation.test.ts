/** CloudFormation over the running stack, with the real SDK. The CDK's own command line is driven by test/commands. */
import {
  type Change,
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { StringParameter } from 'aws-cdk-lib/aws-ssm'
import { expect, onTestFinished, test } from 'vitest'
import type { AwsOptions } from '../src/index.ts'
import { loadTemplate } from '../src/template.ts'
import { run } from './fixture/run.ts'
import { synthesiseOnly } from './fixture/stack.ts'

const assembly = synthesiseOnly((stack) => {
  const bucket = new Bucket(stack, 'Kept', { removalPolicy: RemovalPolicy.RETAIN })
  new Queue(stack, 'Queue')
  new CfnOutput(stack, 'Name', { value: bucket.bucketName })
})
const { text: TEMPLATE } = loadTemplate(assembly)
const [BUCKET = '', QUEUE = ''] = Object.keys(JSON.parse(TEMPLATE).Resources)

async function start(options: Pick<AwsOptions, 'deployed'>) {
  const aws = await run(assembly, options)
  onTestFinished(() => aws.close())
  const { endpoint, region, credentials } = aws
  const client = new CloudFormationClient({ endpoint, region, credentials })
  const prepare = async (StackName: string, input: object) => {
    const change = { StackName, ChangeSetName: 'change', ...input }
    const { StackId } = await client.send(new CreateChangeSetCommand(change))
    return client.send(
      new DescribeChangeSetCommand({ StackName: StackId, ChangeSetName: 'change' }),
    )
  }
  const execute = (StackName: string) =>
    client.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName: 'change' }))
  const describe = async (StackName: string) =>
    (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0]
  const resources = async (StackName: string) =>
    (await client.send(new ListStackResourcesCommand({ StackName }))).StackResourceSummaries?.map(
      ({ LogicalResourceId }) => LogicalResourceId,
    )
  const events = async (StackName: string) =>
    (await client.send(new DescribeStackEventsCommand({ StackName }))).StackEvents?.map(
      ({ LogicalResourceId, ResourceStatus, ResourceStatusReason = '' }) =>
        `${LogicalResourceId} ${ResourceStatus} ${ResourceStatusReason}`,
    )
  const eventIds = async (StackName: string) => {
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }))
    return StackEvents.map(({ EventId }) => EventId)
  }
  return { aws, client, prepare, execute, describe, resources, events, eventIds }
}

const actions = (changes: readonly Change[] = []) =>
  changes.map(({ ResourceChange: { Action, LogicalResourceId, Replacement } = {} }) =>
    [Action, LogicalResourceId, Replacement].join(' '),
  )

/** The template with other properties of its queue. */
const changed = (properties: object) => {
  const template = JSON.parse(TEMPLATE)
  template.Resources[QUEUE].Properties = properties
  return JSON.stringify(template)
}

test('a stack that is not deployed yet is created from a template in a bucket', async () => {
  const { aws, client, prepare, execute, describe, resources } = await start({ deployed: null })
  await expect(describe('Small')).rejects.toThrow('Stack with id Small does not exist')
  const Bucket = aws.resources.find('Small/Kept').physicalId
  await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'a/b.json', Body: TEMPLATE }))
  const TemplateURL = `https://s3.us-east-1.amazonaws.com/${Bucket}/a/b.json`
  const { Changes, Status } = await prepare('Small', { ChangeSetType: 'CREATE', TemplateURL })
  expect([Status, actions(Changes)]).toEqual([
    'CREATE_COMPLETE',
    [`Add ${BUCKET} `, `Add ${QUEUE} `],
  ])
  expect(await describe('Small')).toMatchObject({ StackStatus: 'REVIEW_IN_PROGRESS' })
  await execute('Small')
  expect(await describe('Small')).toMatchObject({
    StackStatus: 'CREATE_COMPLETE',
    Outputs: [{ OutputKey: 'Name', OutputValue: Bucket }],
  })
  expect(await resources('Small')).toEqual([BUCKET, QUEUE])
  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: 'Small' }))
  expect(TemplateBody).toBe(TEMPLATE)
})

test('what runs is deployed, and a template that runs already changes nothing', async () => {
  const { prepare, describe } = await start({})
  expect(await describe('Small')).toMatchObject({ StackStatus: 'CREATE_COMPLETE' })
  expect(await prepare('Small', { TemplateBody: TEMPLATE })).toMatchObject({
    Status: 'FAILED',
    StatusReason: expect.stringContaining("didn't contain changes"),
  })
})

test('an update to what runs is made, and keeps the alarms that roll it back', async () => {
  const { prepare, execute, describe } = await start({
    deployed: changed({ QueueName: 'earlier' }),
  })
  const RollbackTriggers = [{ Arn: 'arn:aws:cloudwatch:alarm', Type: 'AWS::CloudWatch::Alarm' }]
  const RollbackConfiguration = { RollbackTriggers, MonitoringTimeInMinutes: 2 }
  const { Changes } = await prepare('Small', { TemplateBody: TEMPLATE, RollbackConfiguration })
  expect(actions(Changes)).toEqual([`Modify ${QUEUE} True`])
  await execute('Small')
  expect(await describe('Small')).toMatchObject({
    StackStatus: 'UPDATE_COMPLETE',
    RollbackConfiguration,
  })
})

test('an update to anything else fails with a reason, and is taken back', async () => {
  const { prepare, execute, describe, events, eventIds } = await start({})
  const [created = ''] = await eventIds('Small')
  await prepare('Small', { TemplateBody: changed({ DelaySeconds: 1 }) })
  await execute('Small')
  // Readers know events by their ids.
  expect(await eventIds('Small')).toContain(created)
  expect(await describe('Small')).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' })
  expect(await events('Small')).toContain(
    `${QUEUE} UPDATE_FAILED This machine runs another template: restart it with this one.`,
  )
})

test('deleting skips what is to be kept', async () => {
  const { client, describe, events } = await start({})
  const { StackId = '' } = (await describe('Small')) ?? {}
  await client.send(new DeleteStackCommand({ StackName: 'Small' }))
  await expect(describe('Small')).rejects.toThrow('does not exist')
  expect(await describe(StackId)).toMatchObject({ StackStatus: 'DELETE_COMPLETE' })
  expect(await events(StackId)).toEqual(
    expect.arrayContaining([`${BUCKET} DELETE_SKIPPED `, `${QUEUE} DELETE_COMPLETE `]),
  )
})

test('another stack may have buckets and parameters, and nothing that is not implemented', async () => {
  const { aws, prepare, execute, describe } = await start({})
  const other = loadTemplate(
    synthesiseOnly((stack) => {
      new Bucket(stack, 'Assets', { bucketName: 'assets' })
      const { parameterName: value } = new StringParameter(stack, 'Version', { stringValue: '30' })
      new CfnOutput(stack, 'Parameter', { value })
    }),
  )
  await prepare('Other', { ChangeSetType: 'CREATE', TemplateBody: other.text })
  await execute('Other')
  expect(await describe('Other')).toMatchObject({ StackStatus: 'CREATE_COMPLETE' })
  await aws.s3.send(new PutObjectCommand({ Bucket: 'assets', Key: 'a', Body: 'a' }))
  const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket: 'assets', Key: 'a' }))
  expect(await Body?.transformToString()).toBe('a')
  const unknown = JSON.stringify({ Resources: { It: { Type: 'AWS::Kinesis::Stream' } } })
  await prepare('Third', { ChangeSetType: 'CREATE', TemplateBody: unknown })
  await execute('Third')
  expect(await describe('Third')).toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE' })
})
