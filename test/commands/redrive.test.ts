/** `baton redrive` with the Baton of this machine: what was given up goes back, and is done once. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AwsError } from '../../packages/local-aws/src/json-service.ts'
import { block, replies, roles, type TestBaton, testBaton } from '../support/baton.ts'
import { runCli } from '../support/cli.ts'
import { stepOf } from '../support/function-calls.ts'
import { PATIENT } from '../support/patience.ts'
import { deliveriesOf, textsTo, writeSms } from '../support/people.ts'
import { CANCELLATIONS, giveUpAgain, giveUpSoon, OUTBOX } from '../support/queues.ts'

const BOB = '+15550101'
const BOBS = 'sms-15550101'

const folder = mkdtempSync(path.join(tmpdir(), 'baton-redrive-'))
const stateDir = path.join(folder, 'state')

/** The functions that are out of order. */
const broken = new Set<string>()
let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({
    stateDir,
    people: [BOB],
    variables: { APPROVALS: 'none' },
    pauses: 'reliable',
    intercept: async (call, perform) => {
      if (broken.has(stepOf(call))) throw new AwsError('AccessDeniedException', 'down')
      await perform()
    },
  })
  await giveUpSoon(baton, OUTBOX)
  await giveUpSoon(baton, CANCELLATIONS)
})
afterAll(async () => {
  await baton.close()
  rmSync(folder, { recursive: true })
})

const run = (words: readonly string[]) =>
  runCli(['redrive', ...words], {
    cwd: folder,
    env: {
      HOME: folder,
      BATON_TOKEN: baton.token,
      BATON_URL: baton.url,
      BATON_STATE: stateDir,
    },
  })

/** What the command lists, for programs. */
async function listed(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { status, out, events } = await run(['--json'])
  expect(status).toBe(0)
  return out === '' ? [] : events()
}

const NOTHING = 'Nothing waits to be put back.'

test('replies that were given up are listed, go back in their order, and arrive once', async () => {
  expect(await run([])).toMatchObject({ status: 0, out: `${NOTHING}\n` })
  // Three attempts, and the second reply waits behind the first one.
  baton.twilio.faults.push(429, 429, 429, 429, 429, 429)
  await writeSms(baton, { from: BOB, body: 'hello' })
  await expect.poll(listed, PATIENT).toHaveLength(1)
  await writeSms(baton, { from: BOB, body: 'are you there?' })
  const isWaiting = expect.objectContaining({ status: 'waiting' })
  await expect.poll(() => deliveriesOf(baton, BOBS), PATIENT).toEqual([isWaiting, isWaiting])
  await expect.poll(async () => (await run([])).err, PATIENT).toContain('About 1 more message')

  const [first] = await deliveriesOf(baton, BOBS)
  expect(await listed()).toEqual([
    {
      kind: 'delivery',
      sessionId: BOBS,
      id: expect.any(String),
      since: expect.stringMatching(/^\d{4}-.*Z$/),
      what: expect.stringContaining(`sms to ${BOB}`),
      attempts: 1,
      problem: first?.problem,
    },
  ])
  expect(first?.problem).toContain('429')
  // What was listed is there for everybody else at once, and nothing was sent.
  const { status, out } = await run([])
  expect(status).toBe(0)
  expect(out).toMatch(/^delivery +sms-15550101 .*tried 1 time: .*429/m)
  expect(textsTo(baton, BOB)).toEqual([])
  // Another conversation has nothing.
  expect(await run(['other'])).toMatchObject({
    status: 0,
    err: 'Nothing of other waits to be put back.\n',
  })

  const back = await run([BOBS])
  expect(back).toMatchObject({ status: 0, out: expect.stringMatching(/^(Put back: .*\n){2}$/) })
  await expect.poll(() => textsTo(baton, BOB), PATIENT).toHaveLength(2)
  const sent = replies(await baton.history(BOBS)).map((text) => text.slice(0, 20))
  expect(textsTo(baton, BOB).map(({ body }) => body.slice(0, 20))).toEqual(sent)

  const again = await run(['--all'])
  expect(again).toMatchObject({ status: 0, out: '', err: `${NOTHING}\n` })
  expect(await listed()).toEqual([])
  expect(textsTo(baton, BOB)).toHaveLength(2)
})

test('a reply that has arrived is not sent again, if its message is still there', async () => {
  // As after a crash between sending the message back and deleting it.
  await giveUpAgain(baton, BOBS)
  const back = await run(['--all'])
  expect(back).toMatchObject({ status: 0, out: expect.stringMatching(/^(Put back: .*\n){2}$/) })
  const outgoing = async () => {
    const response = await baton.request('/api/monitoring/status')
    return ((await response.json()) as { outgoing: number }).outgoing
  }
  await expect.poll(outgoing, PATIENT).toBe(0)
  expect(await listed()).toEqual([])
  expect(textsTo(baton, BOB)).toHaveLength(2)
})

test('work that could not be ended is listed, which nothing else does, and ends when it goes back', async () => {
  await baton.send('busy', block('sleep 600'))
  await baton.atWork('busy')
  broken.add('CancelWork')
  await baton.send('busy', '/kill-workers')
  const cancellation = {
    kind: 'cancellation',
    sessionId: 'busy',
    what: expect.stringContaining('end the workers from before'),
    problem: 'the log of session-control says why',
  }
  await expect.poll(listed, PATIENT).toMatchObject([cancellation])
  broken.clear()
  const { status, events } = await run(['--all', '--json'])
  expect(status).toBe(0)
  const { problem: _, ...moved } = cancellation
  expect(events()).toMatchObject([{ ...moved, outcome: 'put back', problem: null }])
  const worker = async () => {
    const response = await baton.request('/api/sessions/busy/workers/w1')
    return ((await response.json()) as { status: string }).status
  }
  await expect.poll(worker, PATIENT).toBe('ended')
  expect(await listed()).toEqual([])
})

test('a run that failed and was not taken over goes on in the same execution', async () => {
  broken.add('RecoverRun').add('Sweep')
  // Three attempts to create a sandbox, 5 and 10 seconds apart.
  baton.e2b.faults.onCreate(500, 3)
  await baton.send('stuck', 'hello')
  const failed = { kind: 'run', sessionId: 'stuck', id: 'stuck.r1' }
  await expect
    .poll(listed, PATIENT)
    .toMatchObject([{ ...failed, attempts: null, problem: expect.stringMatching(/^RunFailed: /) }])
  const back = await run(['stuck'])
  expect(back).toMatchObject({ status: 0, out: expect.stringContaining('stuck.r1 FAILED') })
  const entries = await baton.until('stuck', (all) => replies(all).length > 0)
  expect(roles(entries)).toEqual(['user', 'system', 'conductor'])
  await baton.settled('stuck')
  broken.clear()

  // One that Baton takes over is not listed.
  baton.e2b.faults.onCreate(500, 3)
  await baton.send('taken', 'hello')
  await baton.until('taken', (all) => replies(all).length > 0)
  await baton.settled('taken')
  expect(roles(await baton.history('taken'))).toEqual(['user', 'system', 'conductor'])
  expect(await listed()).toEqual([])
})

test("a worker's leg that failed and was not reported goes on in the same execution", async () => {
  broken.add('RecoverRun').add('Sweep').add('CollectResult')
  await baton.send('leg', block('echo made it'))
  const failed = { kind: 'leg', sessionId: 'leg', id: 'leg.w1.1', attempts: null }
  await expect.poll(listed, PATIENT).toMatchObject([failed])
  broken.delete('CollectResult')
  const back = await run(['leg'])
  expect(back).toMatchObject({ status: 0, out: expect.stringContaining('leg.w1.1 FAILED') })
  const entries = await baton.until('leg', (all) =>
    replies(all).some((text) => text.includes('made it')),
  )
  expect(entries.filter(({ role }) => role === 'worker')).toHaveLength(1)
  await baton.settled('leg')
  broken.clear()
  expect(await listed()).toEqual([])
})

test('a wrong command line is an error that says what is wrong', async () => {
  expect(await run(['main', '--all'])).toMatchObject({
    status: 2,
    out: '',
    err: expect.stringContaining('not both'),
  })
  expect(await run(['no such id!'])).toMatchObject({ status: 2, out: '' })
})
