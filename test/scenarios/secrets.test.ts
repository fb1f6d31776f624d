/**
 * Canaries: a worker with full shell access searches for Baton's keys, and nothing that Baton stores may contain
 * them.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
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
let began: number
beforeAll(async () => {
  began = Date.now()
  baton = await testBaton({ cli: 'real', token: OPERATOR, readToken: 'canary-reader-9d44' })
  canaries = [...(await secretsOf(baton.aws)).values()]
})
afterAll(() => baton.close())

/** Each of them also reversed, because a worker might print it so to evade a filter. */
function found(text: string): string[] {
  const backwards = [...text].reverse().join('')
  return canaries.filter((canary) => text.includes(canary) || backwards.includes(canary))
}

test('every secret is a canary', () => {
  expect(canaries).toContain(OPERATOR)
  expect(canaries.length).toBeGreaterThanOrEqual(4)
  for (const canary of canaries) expect(canary.length).toBeGreaterThan(15)
})

/** A key that the worker itself puts where a leak would be, to prove that the search works. */
const PLANTED = 'canary-planted-58ae'

/** A block that puts it, in two parts, into a file and into a process's environment, and then searches everywhere. */
function search(since: number): string {
  const wanted = [PLANTED, ...canaries].map((each) => Buffer.from(each).toString('base64'))
  const source = readFileSync(path.join(import.meta.dirname, '../support/look-everywhere.ts'))
  return [
    `printf '%s%s\\n' ${PLANTED.slice(0, 10)} ${PLANTED.slice(10)} > ~/planted`,
    'LEAK=$(cat ~/planted) sleep 600 & planted=$!',
    // Until the shell's child has become the command, it has the shell's environment.
    'until grep -q LEAK /proc/$planted/environ; do sleep 0.1; done',
    `node --input-type=module-typescript - ${since} ${wanted.join(' ')} <<'SOURCE'\n${source}SOURCE`,
    'kill $planted',
  ].join('\n')
}

test('a worker that searches everywhere finds none of them', async () => {
  await baton.send('main', block(search(began)))
  const entries = await baton.until('main', (all) => replies(all).length === 2)
  const report = replies(entries).at(-1) ?? ''
  expect(report).toMatch(/looked through \d{2,} texts/)
  const places = [...report.matchAll(/^secret (\d+) is in (\S.*)$/gm)]
  const planted = places.filter(([, secret]) => secret === '0').map(([, , place]) => place)
  expect(planted).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^\/proc\/\d+\/environ$/),
      expect.stringMatching(/\/planted$/),
    ]),
  )
  expect(places.filter(([, secret]) => secret !== '0').map(([line]) => line)).toEqual([])
  expect(found(JSON.stringify(entries))).toEqual([])
})

test('no table contains one', async () => {
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

test('no execution contains one in its input, its history or its error', async () => {
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

test('no response to a client contains one, whatever it asks for', async () => {
  const routes = ['/api/sessions/main/messages', '/api/sessions/main/workers/w1', '/api/nothing']
  for (const route of [...routes, '/api/monitoring/status', '/api/monitoring/workers'])
    for (const authorization of [`Bearer ${OPERATOR}`, 'Bearer wrong']) {
      const response = await fetch(`${baton.url}${route}`, { headers: { authorization } })
      expect(found(await response.text())).toEqual([])
    }
})
