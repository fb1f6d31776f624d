import { createHash, randomBytes } from 'node:crypto'
import { GetExecutionHistoryCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  block,
  endingsOf,
  replies,
  reviewsOf,
  roles,
  sharedBaton,
  type TestBaton,
} from '../support/baton.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await sharedBaton('real')
  console.log(`isolation: ${baton.e2b.isolation}`)
})
afterAll(() => baton.close())

test('a worker computes what the model cannot know, and the person gets the right value', async () => {
  const secret = randomBytes(16).toString('hex')
  const hash = createHash('sha256').update(secret).digest('hex')
  await baton.send('hash', block(`printf %s ${secret} | sha256sum`))
  const entries = await baton.until('hash', (all) => endingsOf(all).length > 0)
  expect(roles(entries)).toEqual(['user', 'conductor', 'worker', 'conductor'])
  expect(replies(entries).at(-1)).toContain(hash)
  expect(endingsOf(entries)).toMatchObject([{ workerId: 'w1', verdict: 'accept' }])
})

test('a second message continues the same CLI session', async () => {
  await baton.send('twice', 'hello')
  await baton.until('twice', (all) => replies(all).length === 1)
  await baton.settled('twice')
  await baton.send('twice', 'and again')
  await baton.until('twice', (all) => replies(all).length === 2)
  const last = baton.model?.requests.at(-1)?.request
  expect(JSON.stringify(last?.messages)).toMatch(/hello[\s\S]*and again/)
})

test('a worker that fails once is retried once, then accepted, in history and execution', async () => {
  await baton.send('once', `@fail-once\n${block('echo fine')}`)
  const entries = await baton.until('once', (all) => endingsOf(all).length > 0)
  expect(reviewsOf(entries, 'revise')).toHaveLength(1)
  expect(endingsOf(entries)).toMatchObject([{ verdict: 'accept' }])
  await baton.settled('once')
  const { region, endpoint, credentials, resources } = baton.aws
  const sfn = new SFNClient({ region, endpoint, credentials })
  const stateMachineArn = resources.find(
    'Baton/WorkerLeg/WorkerLeg',
    'AWS::StepFunctions::StateMachine',
  ).arn
  const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn }))
  const legs = executions.filter(({ name }) => name?.startsWith('once.'))
  expect(legs.map(({ name, status }) => [name, status]).sort()).toEqual([
    ['once.w1.1', 'SUCCEEDED'],
    ['once.w1.2', 'SUCCEEDED'],
  ])
  const loop = resources.find('Baton/ReviewLoop/ReviewLoop', 'AWS::StepFunctions::StateMachine').arn
  const runs = await sfn.send(new ListExecutionsCommand({ stateMachineArn: loop }))
  const run = runs.executions?.find(({ name }) => name === 'once.r1')
  const { events = [] } = await sfn.send(
    new GetExecutionHistoryCommand({ executionArn: run?.executionArn, maxResults: 1000 }),
  )
  const turns = events.filter(
    ({ stateEnteredEventDetails: entered }) => entered?.name === 'ContinueRun',
  )
  expect(turns).toHaveLength(3)
})

test('the same idempotency key in twenty concurrent requests makes one entry and one turn', async () => {
  const key = { 'idempotency-key': 'the-same' }
  const ids = await Promise.all(Array.from({ length: 20 }, () => baton.send('idem', 'hi', key)))
  expect(new Set(ids).size).toBe(1)
  await baton.until('idem', (all) => replies(all).length > 0)
  await baton.settled('idem')
  const entries = await baton.history('idem')
  expect(roles(entries)).toEqual(['user', 'conductor'])
  expect(entries[0]?.messageId).toBe(ids[0])
})

test('Claude Code does not read a message as a slash command or as a file to attach', async () => {
  await baton.send('slash', '/cost @/etc/passwd')
  const entries = await baton.until('slash', (all) => replies(all).length > 0)
  expect(replies(entries)[0]).toContain('scripted')
  const asked = JSON.stringify(baton.model?.requests.at(-1)?.request.messages)
  expect(asked).toContain('/cost @/etc/passwd')
  expect(asked).not.toContain('root:x:0')
})
