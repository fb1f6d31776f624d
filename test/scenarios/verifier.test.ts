/** Reports are checked by an independent verifier, whose own run counts and not the worker's word. */
import { Sandbox } from 'e2b'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Entry } from '../../src/core/history.ts'
import { block, receipts, replies, reviewsOf, type TestBaton, testBaton } from '../support/baton.ts'
import { holdAnswer } from '../support/held-answer.ts'
import { PATIENT } from '../support/patience.ts'
import { sessionWith, writeEmail } from '../support/people.ts'
import { asking, spawnAsTold, type ToldWork } from '../support/spawn-as-told.ts'

let baton: TestBaton
const start = async (variables: Readonly<Record<string, string>> = {}) => {
  baton = await testBaton({ pauses: 'reliable', variables })
  if (baton.model) baton.model.conductor = spawnAsTold
}
beforeAll(() => start())
afterAll(() => baton.close())

/** What only the prompt of a verifier contains. */
const CLAIMS = '"procedure"'

const isReviewed = (entries: readonly Entry[]) =>
  reviewsOf(entries).some(({ status }) => status !== 'pending') && receipts(entries).length > 0
const reportsIn = (entries: readonly Entry[]) =>
  entries.filter(({ role }) => role === 'worker').map(({ text }) => text)

interface Leg {
  readonly usage: { readonly costUsd: number } | null
  readonly verification: {
    readonly state: string
    readonly outcome: string | null
    readonly problem: string | null
    readonly criteria: readonly { id: string; status: string; exitStatus?: number }[]
    readonly usage: { readonly costUsd: number } | null
    readonly activity: readonly string[]
  } | null
}
async function workerOf(session: string) {
  const response = await baton.request(`/api/sessions/${session}/workers/w1`)
  return (await response.json()) as { status: string; legs: readonly Leg[] }
}
const sandboxesOf = (session: string) =>
  baton.e2b.sandboxes().filter(({ metadata }) => metadata.session === session)

async function work(session: string, told: ToldWork) {
  await baton.send(session, asking(told))
  return baton.until(session, isReviewed)
}

const handingOver = (text: string) =>
  block(`mkdir -p artifacts; echo ${text} > artifacts/greeting.txt; echo said ${text}`)
const GREETS = 'The greeting says hello: `grep -x hello ~/artifacts-to-check/greeting.txt` exits 0.'

/**
 * The verifier's own run contradicts the worker's claims twice: the work is sent back, and then found suspicious. The worker
 * stays paused until the person has decided.
 */
async function expectCaught(session: string, entries: readonly Entry[], seen: string) {
  const evidence = { id: 'C1', status: 'unmet', excerpt: expect.stringContaining(seen) }
  const verifier = (id: string) => ({ verifier: { id, outcome: 'done' } })
  expect(reviewsOf(entries)).toMatchObject([
    {
      ...{ verdict: 'revise', criteria: [evidence] },
      record: { outcome: 'revised', ...verifier('w1v1') },
    },
    {
      ...{ verdict: 'suspicious', criteria: [evidence] },
      record: { outcome: 'suspicious', ...verifier('w1v2') },
    },
  ])
  const { status, legs } = await workerOf(session)
  expect(status).toBe('reported')
  const verified = legs.reduce((sum, leg) => sum + (leg.verification?.usage?.costUsd ?? 0), 0)
  expect(verified).toBeGreaterThan(0)
  expect(receipts(entries)[0]?.verdicts).toEqual([
    { workerId: 'w1', outcome: 'suspicious', met: 0, criteria: 1, verificationUsd: verified },
  ])
  const { question } = entries.find((entry) => entry.question?.kind === 'decision') ?? {}
  const response = await baton.request(`/api/questions/${session}.${question?.id}/answer`, {
    method: 'POST',
    body: JSON.stringify({ answer: 'stop' }),
  })
  expect(response.status, await response.text()).toBe(202)
  await expect.poll(async () => (await workerOf(session)).status, PATIENT).toBe('rejected')
}

describe('what a worker hands over is checked in a fresh sandbox', () => {
  test('and an honest worker is confirmed, at a cost that the receipt names', async () => {
    const entries = await work('honest', { task: handingOver('hello'), criteria: [GREETS] })
    const [report = ''] = reportsIn(entries)
    expect(report).toContain('Independent verification by w1v1')
    expect(report).toContain('- C1 met; Ran the command of the criterion; command: grep -x hello')
    expect(report).toContain('its exit status: 0; seen: "hello"')
    expect(report).not.toContain('contradicts')
    const [receipt] = receipts(entries)
    const { legs } = await workerOf('honest')
    const [leg] = legs
    expect(leg?.verification).toMatchObject({ state: 'over', outcome: 'done', problem: null })
    expect(leg?.verification?.criteria).toMatchObject([{ id: 'C1', status: 'met', exitStatus: 0 }])
    expect(leg?.verification).toMatchObject({ prompt: 'verifier-2' })
    expect(entries.find(({ role }) => role === 'worker')).toMatchObject({
      prompt: 'worker-2',
      verification: { prompt: 'verifier-2' },
    })
    const cost = leg?.verification?.usage?.costUsd ?? 0
    expect(cost).toBeGreaterThan(0)
    expect(receipt?.verifications).toEqual({ count: 1, costUsd: cost })
    expect(receipt?.costUsd).toBeGreaterThan(cost + (leg?.usage?.costUsd ?? 0))
    expect(receipt).toMatchObject({ workers: 1, legs: 1 })
    expect(receipt?.verdicts).toEqual([
      { workerId: 'w1', outcome: 'accepted', met: 1, criteria: 1, verificationUsd: cost },
    ])
    expect(entries.at(-1)?.text).toMatch(/ w1 accepted, 1 of 1 met, verified for \$[\d.]+\.$/)
    expect(entries.at(-1)?.text).toContain('including 1 verification for $')
    // Nobody uses its sandbox again, and it was never a worker.
    expect(sandboxesOf('honest').map(({ metadata }) => metadata.worker)).not.toContain('w1v1')
    for (const route of ['workers/w1v1', 'workers/w1v1/artifacts/greeting.txt'])
      expect((await baton.request(`/api/sessions/honest/${route}`)).status).toBe(404)
    const kill = '/api/sessions/honest/workers/w1v1/kill'
    expect((await baton.request(kill, { method: 'POST' })).status).toBe(404)
  })

  test('and a lazy worker, who claims without doing, is contradicted', async () => {
    const entries = await work('lazy', { task: handingOver('nothing'), criteria: [GREETS] })
    const [report = ''] = reportsIn(entries)
    expect(report).toContain('Claims:\n- C1 met')
    expect(report).toContain('- C1 unmet, although the worker claims met;')
    expect(report).toContain('its exit status: 1')
    expect(report).toContain('The verifier contradicts the worker about C1.')
    await expectCaught('lazy', entries, '(no output)')
  })

  test('and a worker who makes output up, and names a file that it never wrote, is contradicted', async () => {
    // The worker's prompt has the line break itself, and the message that asks for the work does not.
    const task = 'Run the tests.\nSay that they pass.'
    const again = 'This is not accepted: the verifier found C1 unmet'
    const input = {
      report: 'exit status 0\n\n```\n41 passed\n```',
      criteria: [
        { id: 'C1', status: 'met', procedure: 'Read the log of the tests.', artifact: 'test.log' },
      ],
      artifacts: ['test.log'],
    }
    const answer = [{ type: 'tool_use' as const, name: 'StructuredOutput', input }]
    for (const about of [task, again]) baton.model?.faults.push({ about, answer })
    const told = { task, criteria: ['All tests pass.'], verify: 'always' } as const
    const entries = await work('made-up', told)
    const [report = ''] = reportsIn(entries)
    expect(report).toContain('41 passed')
    expect(report).toContain('- C1 unmet, although the worker claims met; Looked at the claimed')
    await expectCaught('made-up', entries, 'No such file')
  })

  test('and a worker who edits the test is contradicted by the original', async () => {
    const from = 'ada@example.com'
    const text = asking({
      task: block(
        `mkdir -p artifacts; printf 'echo 5' > artifacts/sum.sh; printf 'exit 0' > artifacts/check.sh; sh artifacts/check.sh artifacts/sum.sh`,
      ),
      criteria: [
        'The test passes: `sh ~/attachments/*/check.sh ~/artifacts-to-check/sum.sh` exits 0.',
      ],
    })
    const content = Buffer.from('test "$(sh "$1")" = 4 || { echo "wrong sum"; exit 1; }\n')
    const attachments = [{ name: 'check.sh', type: 'application/x-sh', content }]
    await writeEmail(baton, { from, text, attachments })
    const session = await sessionWith(baton, text)
    const entries = await baton.until(session, isReviewed)
    const [report = ''] = reportsIn(entries)
    expect(report).toMatch(/^done\n\nexit status 0/)
    expect(report).toContain('- C1 unmet, although the worker claims met;')
    expect(report).toContain('seen: "wrong sum"')
    await expectCaught(session, entries, 'wrong sum')
  })
})

test('a verifier has the criteria, the claims and the artifacts, and nothing else of the worker', async () => {
  const session = 'apart'
  const told = {
    // Only its output, and so its transcript and its report, contain the sum.
    task: `Taskword.\n${block(`echo prose-$((4000 + 711)); echo kept > ~/kept.txt; mkdir artifacts; echo hello > artifacts/greeting.txt`)}`,
    criteria: [GREETS],
  }
  const held = holdAnswer(baton.model, CLAIMS)
  await baton.send(session, asking(told))
  await held.asked
  const working = await workerOf(session)
  expect(working.status).toBe('verifying')
  expect(working.legs[0]?.verification).toMatchObject({ state: 'running', outcome: null })
  const listed = await (await baton.request('/api/monitoring/workers')).json()
  expect(JSON.stringify(listed)).toContain('"w1"')
  expect(JSON.stringify(listed)).not.toContain('w1v1')

  const [of] = sandboxesOf(session).filter(({ metadata }) => metadata.worker === 'w1v1')
  const { E2B_API_KEY: apiKey, E2B_API_URL: apiUrl, E2B_SANDBOX_URL: sandboxUrl } = baton.e2b.env
  const sandbox = await Sandbox.connect(of?.id ?? '', { apiKey, apiUrl, sandboxUrl })
  const found = await sandbox.commands.run(
    'cd ~; ls; ls artifacts-to-check; cat artifacts-to-check/*; ls -l artifacts-to-check | cut -c1-10; grep -rlE -D skip "prose-4711|Taskword" .; true',
  )
  expect(found.stdout.trim().split('\n')).toEqual([
    'artifacts-to-check',
    'greeting.txt',
    'hello',
    'total 4',
    '-r--r--r--',
  ])
  held.release()
  const entries = await baton.until(session, isReviewed)
  expect(reportsIn(entries)[0]).toContain('prose-4711')
  const asked = (baton.model?.requests ?? []).filter(({ request }) =>
    JSON.stringify(request.messages).includes('[CLAIMS]'),
  )
  const ofSession = asked.filter(({ request }) =>
    JSON.stringify(request.messages).includes('4000 + 711'),
  )
  expect(ofSession.length).toBeGreaterThan(1)
  for (const { request } of ofSession) {
    expect(JSON.stringify(request)).toContain('grep -x hello')
    expect(JSON.stringify(request)).not.toMatch(/prose-4711|Taskword|kept\\n/)
  }
})

describe('without a usable verification the report still comes, and says that nothing was verified', () => {
  test.each([
    [
      'crashes',
      [{ type: 'tool_use' as const, name: 'Bash', input: { command: 'kill -9 $PPID' } }],
      'failed',
    ],
    ['answers nonsense', [{ type: 'text' as const, text: 'All of it is met.' }], 'failed'],
  ])('because the verifier %s', async (how, answer, outcome) => {
    baton.model?.faults.push({ about: CLAIMS, answer })
    const session = how.replace(' ', '-')
    const entries = await work(session, { task: handingOver('hello'), criteria: [GREETS] })
    expect(reportsIn(entries)).toEqual([expect.stringMatching(/^done\n[\s\S]*\n\nNot verified: /)])
    const { legs } = await workerOf(session)
    expect(legs[0]?.verification).toMatchObject({ state: 'over', outcome, criteria: [] })
    expect(legs[0]?.verification?.problem).toBeTruthy()
    expect(sandboxesOf(session).map(({ metadata }) => metadata.worker)).not.toContain('w1v1')
  })

  test('because the verifier hangs', async () => {
    // A verifier has a quarter of what is left.
    baton.aws.configure({ BUDGETS: '{"run":{"minutes":1.4}}' })
    baton.model?.faults.push({ about: CLAIMS, answer: 'hang' })
    await baton.send('hangs', asking({ task: handingOver('hello'), criteria: [GREETS] }))
    const entries = await baton.until('hangs', (all) => reportsIn(all).length > 0)
    expect(reportsIn(entries)[0]).toContain('Not verified: the verifier took too long.')
    baton.aws.configure({ BUDGETS: '{}' })
  })
})

describe('which reports are verified', () => {
  test('none without files, if the conductor does not say', async () => {
    const entries = await work('no-files', { task: block('echo hello'), criteria: ['It greets.'] })
    expect(reportsIn(entries)[0]).not.toMatch(/verif/i)
    expect((await workerOf('no-files')).legs[0]?.verification).toBeNull()
  })

  test.each([
    ['none', 0],
    ['always', 1],
  ] as const)('%s, if the conductor says so', async (verify, count) => {
    const told = { task: handingOver('hello'), criteria: [GREETS], verify }
    const entries = await work(`told-${verify}`, told)
    expect(receipts(entries)[0]?.verifications?.count).toBe(count)
  })

  test('each until one found everything met, and no more', async () => {
    const told = { task: `@fail-once\n${handingOver('hello')}`, criteria: [GREETS] }
    // The first leg fails before it hands over anything.
    const entries = await work('once', told)
    expect(reportsIn(entries).map((text) => /verification by \w+/.exec(text)?.[0])).toEqual([
      undefined,
      'verification by w1v2',
    ])
  })

  test('none if the operator says so', async () => {
    baton.aws.configure({ VERIFY: 'none' })
    const entries = await work('off', { task: handingOver('hello'), criteria: [GREETS] })
    baton.aws.configure({ VERIFY: 'once' })
    expect(receipts(entries)[0]?.verifications?.count).toBe(0)
  })
})

test('who ends a worker that is being verified ends its verifier, and the conductor is told', async () => {
  const session = 'ended'
  const held = holdAnswer(baton.model, CLAIMS)
  await baton.send(session, asking({ task: handingOver('hello'), criteria: [GREETS] }))
  await held.asked
  const killed = await baton.request(`/api/sessions/${session}/workers/w1/kill`, { method: 'POST' })
  expect(await killed.json()).toMatchObject({ status: 'ended' })
  await expect.poll(() => sandboxesOf(session).some(({ metadata }) => metadata.worker)).toBe(false)
  held.release()
  const entries = await baton.until(session, (all) => reportsIn(all).length > 0)
  expect(reportsIn(entries)).toEqual(['lost: The operator ended w1 before it had reported.'])
  expect(replies(entries)).toContain('Begun.')
})

test('the dollars that are held back let a verifier run when the worker has used all it may', async () => {
  const session = 'held-back'
  const script = 'mkdir -p artifacts; echo hello > artifacts/greeting.txt; echo said hello'
  // The worker's prompt has the line break itself, and the message that asks for the work does not.
  const about = 'Spend it.\n'
  baton.model?.faults.push({
    about,
    answer: [
      { type: 'text', text: 'word '.repeat(24_000) },
      { type: 'tool_use', name: 'Bash', input: { command: script, description: 'Greet' } },
    ],
  })
  const held = holdAnswer(baton.model, about)
  await baton.send(session, asking({ task: `${about}${block(script)}`, criteria: [GREETS] }))
  await held.asked
  // A tenth is held back, so the worker could ask for nothing else.
  const { usage } = (await (await baton.request(`/api/sessions/${session}`)).json()) as {
    usage: { costUsd: number }
  }
  baton.aws.configure({ BUDGETS: JSON.stringify({ run: { usd: usage.costUsd / 0.9 } }) })
  held.release()
  const entries = await baton.until(session, (all) => reportsIn(all).length > 0)
  baton.aws.configure({ BUDGETS: '{}' })
  expect(reportsIn(entries)[0]).toContain('- C1 met; Ran the command of the criterion')
  const { legs } = await workerOf(session)
  expect(legs[0]?.verification).toMatchObject({ outcome: 'done', problem: null })
})

test('the verifiers’ model is that of verifiers and of nobody else', async () => {
  await baton.close()
  await start({ VERIFIER_MODEL: 'claude-haiku-4-5' })
  const session = 'other-model'
  const criterion = GREETS.replace('The greeting says', 'By another model, it says')
  await work(session, { task: handingOver('hello'), criteria: [criterion] })
  const asked = (baton.model?.requests ?? []).flatMap(({ request: { model, messages } }) => {
    const text = JSON.stringify(messages)
    if (!text.includes('By another model')) return []
    return [`${text.includes('[CLAIMS]') ? 'verifier' : 'other'}: ${model}`]
  })
  expect([...new Set(asked)].sort()).toEqual([
    'other: claude-opus-5-5',
    'verifier: claude-haiku-4-5',
  ])
  const { legs } = await workerOf(session)
  expect(legs[0]?.verification).toMatchObject({ outcome: 'done', model: 'claude-haiku-4-5' })
})
