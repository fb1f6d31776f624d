/** Executions of the previous definitions of both state machines, whose tasks are done by the functions of today. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  DescribeStateMachineCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  block,
  commandsOf,
  endingsOf,
  receipts,
  replies,
  reviewsOf,
  type TestBaton,
  testBaton,
} from '../support/baton.ts'
import { PATIENT } from '../support/patience.ts'

/** Definitions by name, as the last release deployed them; `<function>` stands for the function's name. */
const previous: Record<string, object> = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'fixture/previous-machines.json'), 'utf8'),
)

let baton: TestBaton
let sfn: SFNClient
const arns = new Map<string, string>()
beforeAll(async () => {
  baton = await testBaton()
  const { region, endpoint, credentials } = baton.aws
  sfn = new SFNClient({ region, endpoint, credentials })
  const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}))
  for (const [name, definition] of Object.entries(previous)) {
    const { stateMachineArn = '' } =
      stateMachines.find((each) => each.stateMachineArn?.includes(name)) ?? {}
    const today = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))
    const [, fn = ''] = /"FunctionName":"([^"]+)"/.exec(today.definition ?? '') ?? []
    const text = JSON.stringify(definition).replaceAll('<function>', fn)
    await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: text }))
    arns.set(name, stateMachineArn)
  }
})
afterAll(async () => {
  sfn.destroy()
  await baton.close()
})

/** Returns how the executions of a machine ended, whose names begin with the session's. */
async function statusesOf(machine: string, session: string) {
  const stateMachineArn = arns.get(machine)
  const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn }))
  return executions.flatMap(({ name, status }) => (name?.startsWith(session) ? [status] : []))
}

test('a message is answered, and its run is closed', async () => {
  await baton.send('plain', 'hello')
  const entries = await baton.until('plain', (all) => receipts(all).length === 1)
  expect(replies(entries)).toHaveLength(1)
  await expect.poll(() => statusesOf('ReviewLoop', 'plain'), PATIENT).toEqual(['SUCCEEDED'])
})

test('a worker that fails is sent on, its work is accepted, and everything is done once', async () => {
  await baton.send('worker', `@fail-once\n${block('echo made it')}`)
  const entries = await baton.until('worker', (all) => receipts(all).length === 1, 110)
  expect(commandsOf(entries, 'SPAWN_WORKER')).toHaveLength(1)
  expect(reviewsOf(entries, 'revise')).toHaveLength(1)
  expect(endingsOf(entries)).toMatchObject([{ workerId: 'w1', verdict: 'accept' }])
  expect(replies(entries).filter((text) => text.includes('made it'))).toHaveLength(1)
  await expect.poll(() => statusesOf('ReviewLoop', 'worker'), PATIENT).toEqual(['SUCCEEDED'])
  const legs = await statusesOf('WorkerLeg', 'worker')
  expect(legs).toEqual(['SUCCEEDED', 'SUCCEEDED'])
})
