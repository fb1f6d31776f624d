/** Sandboxes as they fail in the cloud: they cannot be resumed, are refused a pause, or are lost in one. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, endingsOf, replies, roles, withoutReceipts } from '../support/baton.ts'
import { expectDeleted } from '../support/no-sandbox-left.ts'
import { PATIENT } from '../support/patience.ts'
import { type Race, startRace } from '../support/race.ts'

let race: Race
beforeAll(async () => {
  race = await startRace({ pauses: 'reliable' })
})
afterAll(() => race.baton.close())

/** Waits until the sandbox is paused, so that it does not take a fault that is meant for another one. Returns its id. */
async function paused(session: string): Promise<string> {
  const { conductor } = await race.itemWhen(
    session,
    ({ run, conductor: { awakeSince } }) => !run.open && awakeSince === undefined,
  )
  return conductor.sandboxId ?? ''
}

test('a run that crashes between its end and the pause of its sandbox is finished by the next attempt', async () => {
  const session = 'closed-and-crashed'
  const receipt = race.hold({
    session,
    step: 'ContinueRun',
    operation: 'UpdateItem',
    about: 'Receipt of run 1',
  })
  await race.baton.send(session, 'hello')
  await receipt.arrived
  expect((await race.item(session)).run.open).toBe(false)
  receipt.crash()
  const id = await paused(session)
  expect(stateOf(id)).toBe('paused')
  await race.itemWhen(session, ({ pendingEntries }) => pendingEntries.length === 0)
  expect((await race.baton.history(session)).filter(({ receipt: is }) => is)).toHaveLength(1)
})

const isThere = (id: string) => race.baton.e2b.sandboxes().some((sandbox) => sandbox.id === id)
const lastRequest = () =>
  JSON.stringify(race.baton.model?.requests.at(-1)?.request.messages.slice(-1))

test('a conductor whose paused sandbox cannot be resumed goes on in a new one, and the history says so', async () => {
  const { baton } = race
  await baton.send('broken', 'my favourite number is 4711')
  await baton.until('broken', (all) => replies(all).length === 1)
  const broken = await paused('broken')
  baton.e2b.faults.onConnect(broken, 500)
  await baton.send('broken', 'which one was it?')
  const entries = await baton.until('broken', (all) => replies(all).length === 2)
  expect(roles(entries)).toEqual(['user', 'conductor', 'user', 'system', 'conductor'])
  expect(withoutReceipts(entries)[3]?.text).toMatch(/sandbox could not be resumed and was replaced/)
  expect(JSON.stringify(baton.model?.requests.at(-1)?.request.messages)).toContain('4711')
  expect(lastRequest()).toContain('The files in it are gone')
  await expect.poll(() => isThere(broken), PATIENT).toBe(false)

  await baton.send('broken', 'and now?')
  await baton.until('broken', (all) => replies(all).length === 3)
  expect(lastRequest()).not.toContain('The files in it are gone')
  await paused('broken')
})

test('a refused pause leaves the hour as it was; before it is over, the sandbox is paused and resumed', async () => {
  const { baton } = race
  baton.e2b.faults.onPause({ refuse: 503 })
  await baton.send('hour', 'one')
  await baton.until('hour', (all) => replies(all).length === 1)
  const { conductor } = await race.itemWhen('hour', ({ run }) => !run.open)
  const { sandboxId = '', awakeSince } = conductor
  expect(awakeSince).toBeGreaterThan(0)
  expect(stateOf(sandboxId)).toBe('running')

  await setHour('hour', Date.now() - 46 * 60_000)
  const startedAt = () => baton.e2b.sandboxes().find(({ id }) => id === sandboxId)?.startedAt ?? 0
  const before = startedAt()
  await baton.send('hour', 'two')
  await baton.until('hour', (all) => replies(all).length === 2)
  expect(startedAt()).toBeGreaterThan(before)
  expect(roles(await baton.history('hour'))).toEqual(['user', 'conductor', 'user', 'conductor'])
  await paused('hour')
})

const stateOf = (id: string) => race.baton.e2b.sandboxes().find((each) => each.id === id)?.state

/** Moves the beginning of the sandbox's hour. */
async function setHour(sessionId: string, awakeSince: number): Promise<void> {
  const { region, endpoint, credentials, resources } = race.baton.aws
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({ region, endpoint, credentials }))
  await dynamo.send(
    new UpdateCommand({
      TableName: resources.find('Baton/Storage/Sessions').physicalId,
      Key: { sessionId },
      UpdateExpression: 'SET conductor.awakeSince = :awakeSince',
      ExpressionAttributeValues: { ':awakeSince': awakeSince },
    }),
  )
}

test('a worker sent on into a new sandbox is told that its files are gone, and so is the conductor', async () => {
  const { baton } = race
  // The first pause is the worker's, because the run stays open for it.
  baton.e2b.faults.onPause({ takesMs: 10, fails: true })
  await baton.send('sent-on', `@fail-once\n${block('echo made it')}`)
  const entries = await baton.until('sent-on', (all) => endingsOf(all).length === 1)
  const [first, second] = entries.filter(({ role }) => role === 'worker')
  expect(first?.text).not.toContain('new sandbox')
  expect(second?.text).toMatch(/^done\n\nThe worker began this leg in a new sandbox/)
  const told = baton.model?.requests.map(({ request }) => JSON.stringify(request.messages)) ?? []
  expect(told.some((text) => text.includes('Your earlier sandbox was lost'))).toBe(true)
  expect(replies(entries).at(-1)).toContain('made it')
})

test('a worker whose sandbox cannot be resumed goes on in a new one', async () => {
  const { baton } = race
  await baton.send('stuck', `@fail-once\n${block('echo made it')}`)
  await baton.atWork('stuck')
  const [worker] = baton.e2b
    .sandboxes()
    .filter(({ metadata }) => metadata.session === 'stuck' && 'worker' in metadata)
  baton.e2b.faults.onConnect(worker?.id ?? '', 500)
  const entries = await baton.until('stuck', (all) => endingsOf(all).length === 1)
  expect(entries.findLast(({ role }) => role === 'worker')?.text).toContain('in a new sandbox')
  await expect.poll(() => isThere(worker?.id ?? ''), PATIENT).toBe(false)
})

test('what a command started with sudo ends with its job', async () => {
  // An argument that nothing else on this machine has.
  const nap = '32177'
  const start = `sudo sh -c 'setsid sleep ${nap} >/dev/null 2>&1 &'; sleep 1`
  // The shell finds the files before it starts grep, so grep does not find itself.
  const look = `grep -alzx ${nap} /proc/[0-9]*/cmdline`
  const script = `${start}\n${look}\ntest -e second || { touch second; exit 1; }`
  await race.baton.send('sudo', block(script))
  const entries = await race.baton.until('sudo', (all) => endingsOf(all).length === 1)
  const reports = entries.filter(({ role }) => role === 'worker')
  const found = reports.map(({ text }) => text.match(/\/proc\/\d+\/cmdline/g)?.length)
  // Each leg finds only the process that it has started itself.
  expect(found).toEqual([1, 1])
})

test('after the sessions are deleted, no sandbox is left', async () => {
  await expectDeleted(race.baton, [
    'broken',
    'hour',
    'sent-on',
    'stuck',
    'sudo',
    'closed-and-crashed',
  ])
})
