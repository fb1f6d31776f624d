/** What a deployment would change, as `baton deploy` shows it, and what it must not lose without a word. */
import type { Change } from '@aws-sdk/client-cloudformation'
import { expect, test } from 'vitest'
import { alarmArns } from '../../../cli/deploy/alarms.ts'
import { differenceLines, endangered } from '../../../cli/deploy/difference.ts'

const change = (
  Action: 'Add' | 'Modify' | 'Remove',
  ResourceType: string,
  LogicalResourceId: string,
  more: { Replacement?: 'True' | 'False'; properties?: readonly string[] } = {},
): Change => ({
  Type: 'Resource',
  ResourceChange: {
    Action,
    ResourceType,
    LogicalResourceId,
    Replacement: more.Replacement,
    Details: (more.properties ?? []).map((Name) => ({ Target: { Name } })),
  },
})

const TABLE = 'AWS::DynamoDB::GlobalTable'
const CHANGES = [
  change('Modify', 'AWS::Lambda::Function', 'Loop', {
    Replacement: 'False',
    properties: ['Code', 'Environment', 'Code'],
  }),
  change('Modify', TABLE, 'Sessions', { Replacement: 'True', properties: ['KeySchema'] }),
  change('Modify', TABLE, 'Workers', { Replacement: 'False', properties: ['Tags'] }),
  change('Remove', 'AWS::SecretsManager::Secret', 'Key'),
  change('Remove', 'AWS::Lambda::Permission', 'Right'),
]

test('an update is a line a resource, with what changes of it', () => {
  expect(differenceLines(CHANGES, false).split('\n')).toEqual([
    'change   AWS::Lambda::Function        Loop      Code, Environment',
    'replace  AWS::DynamoDB::GlobalTable   Sessions  KeySchema',
    'change   AWS::DynamoDB::GlobalTable   Workers   Tags',
    'delete   AWS::SecretsManager::Secret  Key',
    'delete   AWS::Lambda::Permission      Right',
  ])
})

test('a new stack is counted by type', () => {
  const added = ['A', 'B'].map((id) => change('Add', TABLE, id))
  expect(differenceLines([change('Add', 'AWS::SNS::Topic', 'T'), ...added], true)).toBe(
    'It creates 3 resources:\n  2  AWS::DynamoDB::GlobalTable\n  1  AWS::SNS::Topic',
  )
})

test('a table that is replaced and a secret that is deleted are in danger, and nothing else', () => {
  expect(endangered(CHANGES)).toEqual([
    'Sessions (AWS::DynamoDB::GlobalTable)',
    'Key (AWS::SecretsManager::Secret)',
  ])
})

test('the alarms that roll back are those that the stack has', () => {
  const alarm = (name: string, physicalId: string) => ({
    logicalId: `ObservabilityAlarms${name}`,
    type: 'AWS::CloudWatch::Alarm',
    physicalId,
  })
  const resources = [
    alarm('MessagesLate221AD08A', 'Baton-Late'),
    alarm('DeliveriesLateCB18FEA4', 'Baton-Other'),
    { ...alarm('RunsFailed4DF6F2A9', 'Baton-Topic'), type: 'AWS::SNS::Topic' },
  ]
  expect(alarmArns(resources, { account: '123456789012', region: 'eu-central-1' })).toEqual([
    'arn:aws:cloudwatch:eu-central-1:123456789012:alarm:Baton-Late',
  ])
})
