import {
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  SFNClient,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, endingsOf, replies, roles, type TestBaton, testBaton } from '../support/baton.ts'
import { expectDeleted } from '../support/no-sandbox-left.ts'
import { PATIENCE_SECONDS, PATIENT } from '../support/patience.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton()
})
afterAll(() => baton.close())

const sandboxes = (session: string, role: 'conductor' | 'worker') =>
  baton.e2b
    .sandboxes()
    .filter(
      ({ metadata }) =>
        metadata.session === session && ('worker' in metadata ? 'worker' : 'conductor') === role,
    )

async function until(holds: () => boolean, seconds = PATIENCE_SECONDS): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test('a worker whose CLI is killed is reported as failed, retried once, and the person is notified', async () => {
  await baton.send('killed', `@crash\n${block('echo never')}`)
  const entries = await baton.until('killed', (all) => endingsOf(all).length === 1)
  const reports = entries.filter(({ role }) => role === 'worker')
  expect(reports).toHaveLength(2)
  for (const { text } of reports) expect(text).toMatch(/^failed: .*SIGKILL/)
  expect(endingsOf(entries)).toMatchObject([{ verdict: 'give_up' }])
})

test('a worker whose sandbox dies is reported as lost and does its work in a new one', async () => {
  await baton.send('removed', block('sleep 8; echo made it'))
  // Earlier, a failed start would be retried and nothing would be lost.
  await baton.atWork('removed')
  const [sandbox] = sandboxes('removed', 'worker')
  await baton.e2b.faults.crash(sandbox?.id ?? '')
  const entries = await baton.until('removed', (all) => endingsOf(all).length === 1)
  expect(entries.find(({ role }) => role === 'worker')?.text).toContain(
    'lost: the worker stopped responding',
  )
  expect(replies(entries).at(-1)).toContain('made it')
})

test('a conductor whose sandbox dies between two turns still remembers the conversation', async () => {
  await baton.send('between', 'my favourite number is 4711')
  await baton.until('between', (all) => replies(all).length === 1)
  await baton.settled('between')
  const [sandbox] = sandboxes('between', 'conductor')
  await baton.e2b.faults.crash(sandbox?.id ?? '')
  await baton.send('between', 'which one was it?')
  await baton.until('between', (all) => replies(all).length === 2)
  const asked = JSON.stringify(baton.model?.requests.at(-1)?.request.messages)
  expect(asked).toMatch(/4711[\s\S]*which one was it/)
})

test('a conductor whose sandbox dies during a turn is asked again in a new one', async () => {
  baton.model?.faults.push({ answer: 'hang' })
  await baton.send('during', 'hello')
  await until(() => baton.model?.requests.at(-1)?.answer === 'hang')
  const [sandbox] = sandboxes('during', 'conductor')
  await baton.e2b.faults.crash(sandbox?.id ?? '')
  const entries = await baton.until('during', (all) => replies(all).length === 1)
  expect(roles(entries)).toEqual(['user', 'conductor'])
})

test('a failed run is replaced with a notice, and ends without doing anything when it is redriven', async () => {
  // Three attempts to create a sandbox, 5 and 10 seconds apart.
  baton.e2b.faults.onCreate(500, 3)
  await baton.send('redriven', 'hello')
  const entries = await baton.until('redriven', (all) => replies(all).length === 1)
  expect(roles(entries)).toEqual(['user', 'system', 'conductor'])
  expect(entries[1]?.text).toMatch(/the sandbox could not be reached.*not lost/)
  const { region, endpoint, credentials, resources } = baton.aws
  const sfn = new SFNClient({ region, endpoint, credentials })
  const stateMachineArn = resources.find(
    'Baton/ReviewLoop/ReviewLoop',
    'AWS::StepFunctions::StateMachine',
  ).arn
  const listed = await sfn.send(new ListExecutionsCommand({ stateMachineArn }))
  const failed = listed.executions?.find(({ name }) => name === 'redriven.r1')
  expect(failed?.status).toBe('FAILED')
  const { executionArn } = failed ?? {}
  await sfn.send(new RedriveExecutionCommand({ executionArn }))
  const states = async () =>
    (
      await sfn.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true }))
    ).events?.map(({ type, stateEnteredEventDetails: entered }) => entered?.name ?? type)
  await expect
    .poll(states, PATIENT)
    .toEqual(expect.arrayContaining(['ExecutionSucceeded', 'ExecutionRedriven']))
  expect(replies(await baton.history('redriven'))).toHaveLength(1)
})

test('a run that fails again waits before it is taken over, and a message wakes it at once', async () => {
  // Three attempts in each of two runs.
  baton.e2b.faults.onCreate(500, 6)
  await baton.send('again', 'hello')
  const { region, endpoint, credentials, resources } = baton.aws
  const sfn = new SFNClient({ region, endpoint, credentials })
  const { arn = '' } = resources.find(
    'Baton/ReviewLoop/ReviewLoop',
    'AWS::StepFunctions::StateMachine',
  )
  const statesOf = async (run: number) => {
    const executionArn = `${arn.replace(':stateMachine:', ':execution:')}:again.r${run}`
    const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }))
    return events.flatMap(({ type, stateEnteredEventDetails }) =>
      type?.endsWith('StateEntered') ? (stateEnteredEventDetails?.name ?? []) : [],
    )
  }
  const waits = () => statesOf(2).catch(() => [])
  await expect.poll(waits, PATIENT).toContain('BackOff')
  expect(await statesOf(1)).not.toContain('BackOff')
  await baton.send('again', 'are you there?')
  await baton.until('again', (all) => replies(all).length > 0)
  await baton.settled('again')
  // The same run goes on: the pause was not sat out.
  const states = await statesOf(2)
  expect(states[states.indexOf('BackOff') + 1]).toBe('ContinueRun')
})

test('if E2B keeps refusing, the person is notified after three more runs', async () => {
  baton.e2b.faults.onCreate(500, 100)
  await baton.send('refused', 'hello')
  const told = (text: string) => text.includes('could not be answered')
  await baton.until('refused', (all) => all.some(({ text }) => told(text)))
})

test('after the sessions are deleted, no sandbox is left', async () => {
  const sessions = ['killed', 'removed', 'between', 'during', 'redriven', 'again', 'refused']
  await expectDeleted(baton, sessions)
})
