/** Canaries: keys that a worker with full shell access looks for, and that nothing we keep may hold. */
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, replies, type TestBaton, testBaton } from '../support/baton.ts'
import { secretsOf } from '../support/secrets.ts'

const OPERATOR = 'canary-operator-71c0'
let baton: TestBaton
let canaries: readonly string[]
beforeAll(async () => {
  baton = await testBaton({ cli: 'real', token: OPERATOR, readToken: 'canary-reader-9d44' })
  canaries = [...(await secretsOf(baton.aws)).values()]
})
afterAll(() => baton.close())

/** Each of them also backwards, as a worker might print it past a filter. */
function found(text: string): string[] {
  const backwards = [...text].reverse().join('')
  return canaries.filter((canary) => text.includes(canary) || backwards.includes(canary))
}

test('all of our secrets are canaries', () => {
  expect(canaries).toContain(OPERATOR)
  expect(canaries.length).toBeGreaterThanOrEqual(4)
  for (const canary of canaries) expect(canary.length).toBeGreaterThan(15)
})

test('a worker that looks everywhere finds none of them', async () => {
  const everywhere = [
    'env',
    'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n" | head -c 30000',
    'grep -rhoaE "(scripted|local|canary)-[A-Za-z0-9-]{4,}" ~ /tmp /run /etc 2>/dev/null | sort -u | head -50',
    'echo looked',
  ]
  await baton.send('main', block(everywhere.map((line) => `${line} | rev`).join('\n')))
  const entries = await baton.until('main', (all) => replies(all).length === 2)
  const text = JSON.stringify(entries)
  expect(text).toContain('dekool')
  expect(found(text)).toEqual([])
})

test('no table holds one', async () => {
  const { region, endpoint, credentials, resources } = baton.aws
  const client = new DynamoDBClient({ region, endpoint, credentials })
  const tables = resources.all.filter(({ type }) => type === 'AWS::DynamoDB::GlobalTable')
  expect(tables).toHaveLength(5)
  await baton.request('/api/people/ada@example.com', { method: 'PUT' })
  for (const { physicalId } of tables) {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: physicalId }))
    expect(Items.length).toBeGreaterThan(0)
    expect(found(JSON.stringify(Items))).toEqual([])
  }
})

test('no execution holds one, in its input, its history or its error', async () => {
  const { region, endpoint, credentials, resources } = baton.aws
  const sfn = new SFNClient({ region, endpoint, credentials })
  const machines = resources.all.filter(({ type }) => type === 'AWS::StepFunctions::StateMachine')
  for (const { arn } of machines) {
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: arn }))
    expect(executions.length).toBeGreaterThan(0)
    for (const { executionArn } of executions) {
      const described = await sfn.send(new DescribeExecutionCommand({ executionArn }))
      const history = await sfn.send(new GetExecutionHistoryCommand({ executionArn }))
      expect(found(JSON.stringify([described, history]))).toEqual([])
    }
  }
})

test('no answer to a caller holds one, whatever they ask', async () => {
  const routes = ['/api/sessions/main/messages', '/api/sessions/main/workers/w1', '/api/nothing']
  for (const route of [...routes, '/api/monitoring/status', '/api/monitoring/workers'])
    for (const authorization of [`Bearer ${OPERATOR}`, 'Bearer wrong']) {
      const response = await fetch(`${baton.url}${route}`, { headers: { authorization } })
      expect(found(await response.text())).toEqual([])
    }
})
