/** The gateway through the public URL: it counts what the model sent, and a key is valid for its job only. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signJobToken } from '../../src/core/job-token.ts'
import { add } from '../../src/core/tally.ts'
import { block, endingsOf, receipts, replies, type TestBaton, testBaton } from '../support/baton.ts'
import { holdAnswer } from '../support/held-answer.ts'
import { secretsOf } from '../support/secrets.ts'
import { modelsOf, sentBy, usageTable } from '../support/usage.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ cli: 'real' })
})
afterAll(() => baton.close())

const gateway = () => {
  const ports = Object.entries(baton.aws.ports).filter(([name]) => name.startsWith('Gateway'))
  return `http://127.0.0.1:${ports[0]?.[1]}`
}
const ask = (key: string, { route = '/v1/messages', method = 'POST', body = {} } = {}) =>
  fetch(`${gateway()}${route}`, {
    method,
    headers: { 'x-api-key': key, 'content-type': 'application/json', 'anthropic-beta': 'a,b' },
    ...(method === 'POST' && { body: JSON.stringify(body) }),
  })
const closed = (session: string) =>
  baton.until(session, (all) => all.at(-1)?.receipt !== undefined, 100)

/** All of this in one Baton, so that its day's total is the sum of it. */
test('tokens and dollars match what the model sent: retries, cut streams, lost sandboxes, killed workers', async () => {
  const fault = baton.model?.faults
  await baton.send('two', `${block('echo one')}\n@fail-once\n${block('echo two')}`)
  await baton.until('two', (all) => endingsOf(all).length === 2, 100)

  fault?.push({ error: { status: 529 } }, { cut: true }, { error: { status: 500 } }, { cut: true })
  await baton.send('faults', 'hello')
  await baton.until('faults', (all) => replies(all).length === 1, 100)

  await baton.send('killed', `@crash\n${block('echo never')}`)
  await baton.until('killed', (all) => endingsOf(all).length === 1, 100)

  await baton.send('resumed', 'my number is 4711')
  await closed('resumed')
  const [sandbox] = baton.e2b.sandboxes().filter(({ metadata }) => metadata.session === 'resumed')
  await baton.e2b.faults.crash(sandbox?.id ?? '')
  await baton.send('resumed', 'which one?')
  await baton.until('resumed', (all) => replies(all).length === 2, 100)

  const sessions = ['two', 'faults', 'killed', 'resumed']
  const histories = await Promise.all(
    sessions.map((session) =>
      baton.until(session, (all) => all.at(-1)?.receipt !== undefined, 100),
    ),
  )
  const usage = usageTable(baton)
  const sent = sentBy(baton)
  expect(sent.answers).toBeGreaterThan(15)
  const ledgers = await Promise.all(sessions.map((session) => usage.ledger(session)))
  expect(modelsOf(add(...ledgers.map(({ total }) => total)))).toEqual(sent)
  expect(ledgers.flatMap(({ inFlight }) => Object.keys(inFlight))).toEqual([])
  expect(modelsOf(await usage.day())).toEqual(sent)

  // Exact: the receipts add up to the same as the usage by turn and leg.
  const cost = (sent.nanoUsd ?? 0) / 1e9
  const costs = histories.flatMap((entries) => receipts(entries).map(({ costUsd }) => costUsd))
  expect(costs.reduce((sum, usd) => sum + usd, 0)).toBeCloseTo(cost, 8)
  const turns = histories.flat().flatMap((entry) => entry.usage?.costUsd ?? [])
  const workers = [
    ['two', 'w1'],
    ['two', 'w2'],
    ['killed', 'w1'],
  ]
  const legs = await Promise.all(
    workers.map(async ([session, worker]) => {
      const response = await baton.request(`/api/sessions/${session}/workers/${worker}`)
      const detail = (await response.json()) as { legs: { usage: { costUsd: number } }[] }
      return detail.legs.map((leg) => leg.usage.costUsd)
    }),
  )
  const parts = [...turns, ...legs.flat()]
  expect(parts.reduce((sum, usd) => sum + usd, 0)).toBeCloseTo(cost, 8)
}, 300_000)

test("a worker's key is invalid once its job is over, and never valid for the callback", async () => {
  await baton.send('prints', block('printenv ANTHROPIC_API_KEY | base64 -w0; echo'))
  const entries = await baton.until('prints', (all) => replies(all).length === 2)
  const printed = /```\n([A-Za-z0-9+/=]+)/.exec(replies(entries).at(-1) ?? '')?.[1] ?? ''
  const key = Buffer.from(printed, 'base64').toString().trim()
  expect(JSON.parse(Buffer.from(key.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({
    session: 'prints',
    worker: 'w1',
    use: 'model',
  })
  const answer = await ask(key)
  expect(answer.status).toBe(401)
  expect(await answer.json()).toMatchObject({
    type: 'error',
    error: { type: 'authentication_error', message: 'Baton: the job of this key is over.' },
  })
  for (const route of ['job', 'heartbeat', 'result']) {
    const refused = await baton.request(`/api/webhooks/sandbox/${route}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: '{}',
    })
    expect(refused.status).toBe(403)
  }
})

describe('with the key of a turn in progress', () => {
  let key = ''
  let claims = { session: 'open', leg: 1, job: 1, expires: 0 }
  let signingKey = ''
  beforeAll(async () => {
    const secrets = await secretsOf(baton.aws)
    signingKey = [...secrets].find(([name]) => name.includes('job-signing-key'))?.[1] ?? ''
    const { asked } = holdAnswer(baton.model, 'hello, and wait')
    await baton.send('open', 'hello, and wait')
    await asked
    claims = { ...claims, expires: Math.floor(Date.now() / 1000) + 600 }
    key = signJobToken({ ...claims, use: 'model' }, signingKey)
  })
  const hello = { model: 'claude-x', messages: [{ role: 'user', content: 'hi' }], more: { é: 1 } }

  test("a request is forwarded with Baton's key instead of its own, and otherwise unchanged", async () => {
    const answer = await ask(key, { route: '/v1/messages?beta=true', body: hello })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ model: 'claude-x', type: 'message' })
    const { headers } = baton.model?.requests.at(-1) ?? {}
    expect(headers?.['anthropic-beta']).toBe('a,b')
    expect(headers?.['x-api-key']).toMatch(/^scripted-/)
    expect(JSON.stringify(headers)).not.toContain(key)
  })

  test('an error of the model reaches the client unchanged', async () => {
    baton.model?.faults.push({ error: { status: 429, headers: { 'retry-after': '7' } } })
    const answer = await ask(key, { body: hello })
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).toBe('7')
    expect(await answer.json()).toMatchObject({ error: { type: 'rate_limit_error' } })
  })

  test('a model without a known price is counted and flagged', async () => {
    const before = (await usageTable(baton).ledger('open')).total
    // It is counted before the last byte is sent.
    await (await ask(key, { body: { ...hello, model: 'gpt-x' } })).text()
    const { total } = await usageTable(baton).ledger('open')
    expect((total.unpriced ?? 0) - (before.unpriced ?? 0)).toBe(1)
    expect(total.nanoUsd).toBeGreaterThan(before.nanoUsd ?? 0)
  })

  test.each([
    ['another path', { route: '/v1/files' }],
    ['a path above', { route: '/v1/messages/../files' }],
    ['a batch', { route: '/v1/messages/batches' }],
    ['another method', { method: 'GET' }],
  ])('%s does not exist', async (_, request) => {
    const answer = await ask(key, request)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error: { type: 'not_found_error' } })
  })

  test.each([
    ['none', () => ''],
    ['the token for the callback', () => signJobToken(claims, signingKey)],
    ['one that is signed by somebody else', () => signJobToken({ ...claims, use: 'model' }, 'x')],
    [
      'one that has expired',
      () => signJobToken({ ...claims, use: 'model', expires: 1 }, signingKey),
    ],
    ['that of an earlier job', () => signJobToken({ ...claims, use: 'model', job: 0 }, signingKey)],
    [
      'that of another session',
      () => signJobToken({ ...claims, use: 'model', session: 'two' }, signingKey),
    ],
  ])('%s is not a valid key', async (_, other) => {
    expect((await ask(other(), { body: hello })).status).toBe(401)
  })

  test('it is invalid as soon as the session is stopped', async () => {
    await baton.request('/api/sessions/open/stop', { method: 'POST' })
    expect((await ask(key, { body: hello })).status).toBe(401)
  })
})
