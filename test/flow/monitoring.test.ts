/** The operator's view of a conversation with a worker. Every response is also checked against docs/openapi.yaml. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, receipts, replies, type TestBaton, testBaton } from '../support/baton.ts'
import { holdAnswer } from '../support/held-answer.ts'

/** More than the tests use. */
const BUDGETS = JSON.stringify({
  session: { workers: 50 },
  sender: { turns: 90 },
  day: { usd: 40 },
})

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ variables: { BUDGETS } })
})
afterAll(() => baton.close())

interface ReadResponse {
  readonly messages: readonly unknown[]
  readonly workers: readonly unknown[]
  readonly sessions: readonly { readonly sessionId: string }[]
  readonly dependencies: readonly { readonly name: string; readonly state: string }[]
  readonly people: readonly { readonly person: string; readonly turns: number }[]
  readonly legs: readonly unknown[]
  readonly next: string | null
  readonly costUsd: number
  readonly since: string
  readonly timestamp: string
}

const get = async (route: string, headers: Record<string, string> = {}) => {
  const response = await baton.request(route, { headers })
  // The document checks the shape of responses; these are the parts that the tests read.
  const body = (await response.json()) as ReadResponse
  return { status: response.status, headers: response.headers, body }
}

const post = (route: string, body: unknown, headers: Record<string, string> = {}) =>
  baton.request(route, { method: 'POST', headers, body: JSON.stringify(body) })

const MESSAGE = '/api/webhooks/conductor/message'

test('`Prefer: wait` returns the reply, and again for the same key', async () => {
  const ask = (content: string) =>
    post(MESSAGE, { sessionId: 'waits', content }, { prefer: 'wait=25', 'idempotency-key': 'one' })
  const first = await ask('hello')
  expect(first.status).toBe(200)
  expect(first.headers.get('preference-applied')).toBe('wait=25')
  const { messageId, reply } = (await first.json()) as { messageId: string; reply: unknown }
  expect(reply).toMatchObject({ role: 'conductor', answers: [messageId], execution: 'waits.r1' })
  expect(await (await ask('hello')).json()).toEqual({ sessionId: 'waits', messageId, reply })
})

test('a reply that does not come in time is a 202, and comes later', async () => {
  const content = block('echo late')
  const turn = holdAnswer(baton.model, content)
  const response = await post(MESSAGE, { sessionId: 'slow', content }, { prefer: 'wait=1' })
  expect(response.status).toBe(202)
  turn.release()
  await baton.until('slow', (all) => replies(all).some((text) => text.includes('late')))
})

test('a running worker is shown tool by tool, and its session with all its usage', async () => {
  // Only the output contains these words, so that the worker is held after it has used a tool.
  const atWork = holdAnswer(baton.model, 'at-work')
  await baton.send('main', block("printf '%s-%s' at work > ~/one; cat ~/one"))
  await atWork.asked
  await expect
    .poll(async () => (await get('/api/sessions/main/workers/w1').catch(() => undefined))?.body, {
      timeout: 60_000,
      interval: 100,
    })
    .toMatchObject({ status: 'working', legs: [{ activity: [expect.stringContaining('Bash')] }] })

  const { body: status } = await get('/api/monitoring/status')
  expect(status).toMatchObject({
    status: 'online',
    conductor: { sessionId: 'main', activeWorkerCount: 1 },
  })
  const { body: live } = await get('/api/monitoring/workers')
  expect(live.workers[0]).toMatchObject({ sessionId: 'main', workerId: 'w1', status: 'working' })

  atWork.release()
  await baton.until('main', (all) => all.at(-1)?.receipt !== undefined)
  const { body: session } = await get('/api/sessions/main')
  expect(session).toMatchObject({
    state: 'idle',
    waiting: 0,
    turn: null,
    runs: [{ run: 1, open: false, execution: 'main.r1', console: null }],
    workers: [{ workerId: 'w1', status: 'accepted' }],
    usage: { messages: { in: 1 }, workers: 1 },
    limits: { run: [], session: [{ unit: 'workers', limit: 50, spent: 1, forecast: null }] },
  })
  const { body: worker } = await get('/api/sessions/main/workers/w1')
  expect(worker.legs[0]).toMatchObject({ execution: 'main.w1.1', outcome: 'done', console: null })
})

test('an unchanged status is not sent again', async () => {
  for (const session of ['main', 'slow', 'waits'])
    await baton.until(session, (all) => receipts(all).length === 1)
  let known = { headers: {} }
  const look = async () => {
    const { headers, status } = await get('/api/monitoring/status')
    expect(status).toBe(200)
    const etag = headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\/"/)
    known = { headers: { 'if-none-match': `"other", ${etag}` } }
    const again = await baton.request('/api/monitoring/status', known)
    return [again.status, await again.text()]
  }
  // A receipt is written before the last steps of its run.
  await expect.poll(look, { timeout: 60_000 }).toEqual([304, ''])
  await post(MESSAGE, { sessionId: 'waits', content: 'news' })
  await expect
    .poll(async () => (await baton.request('/api/monitoring/status', known)).status)
    .toBe(200)
  await baton.until('waits', (all) => receipts(all).length === 2)
})

test('the list says what each session is about and what it has cost, and each day what it has used', async () => {
  await baton.until('waits', (all) => receipts(all).length === 2)
  const { body } = await get('/api/sessions')
  const listed = body.sessions.find(({ sessionId }) => sessionId === 'waits')
  expect(listed).toMatchObject({ title: 'hello', state: 'idle', paused: null, held: 0 })
  expect(listed).toHaveProperty('costUsd', expect.any(Number))
  expect((await get('/api/sessions/waits')).body).toMatchObject({ title: 'hello' })
  const { body: usage } = await get('/api/monitoring/usage?days=2')
  expect(usage).toMatchObject({
    days: [{ date: new Date().toISOString().slice(0, 10), turns: expect.any(Number) }],
  })
})

test('a token learns what it may do', async () => {
  for (const [token, access, name] of [
    ['test-token', 'operator', 'api-token'],
    ['test-read-token', 'reader', 'read-token'],
  ])
    expect((await get('/api/access', { authorization: `Bearer ${token}` })).body).toEqual({
      access,
      name,
      dashboardUrl: baton.url,
    })
})

test('sessions are listed in pages, each once', async () => {
  const listed: string[] = []
  let next: string | null = ''
  while (next !== null) {
    const { body } = await get(`/api/sessions?limit=1${next && `&cursor=${next}`}`)
    listed.push(...body.sessions.map(({ sessionId }) => sessionId))
    next = body.next
  }
  expect(listed.sort()).toEqual(['main', 'slow', 'waits'])
})

test('the metrics are the sum of the receipts', async () => {
  const histories = await Promise.all(['main', 'slow', 'waits'].map((id) => baton.history(id)))
  const given = histories.flatMap(receipts)
  const sum = (of: (receipt: (typeof given)[number]) => number) =>
    given.reduce((total, each) => total + of(each), 0)
  const { body } = await get('/api/monitoring/metrics')
  const counted = {
    messages: { in: sum(({ messages }) => messages.in), out: sum(({ messages }) => messages.out) },
    turns: sum(({ turns }) => turns),
    tokens: {
      input: sum(({ tokens }) => tokens.input),
      output: sum(({ tokens }) => tokens.output),
    },
  }
  expect(body).toMatchObject({
    ...counted,
    workers: { spawned: 2, active: 0, accepted: 2, failed: 0 },
    today: counted,
  })
  expect(body.costUsd).toBeCloseTo(
    sum(({ costUsd }) => costUsd),
    8,
  )
  expect(body.since).toBe(body.timestamp.slice(0, 10))
})

test('the use of each person is the sum of their sessions, next to the budgets', async () => {
  const { body: all } = await get('/api/monitoring/metrics')
  const { body } = await get('/api/monitoring/usage?days=1')
  expect(body.people).toEqual([expect.objectContaining({ person: 'http', costUsd: all.costUsd })])
  expect(body).toMatchObject({
    limits: {
      run: [],
      session: [{ unit: 'workers', limit: 50, spent: null, forecast: null }],
      sender: [{ unit: 'turns', limit: 90, spent: body.people[0]?.turns, person: 'http' }],
      day: [{ unit: 'usd', limit: 40, spent: all.costUsd, forecast: expect.any(Number) }],
    },
  })
})

test('the health of a service is what was last seen of it', async () => {
  const { body } = await get('/api/health')
  expect(Object.fromEntries(body.dependencies.map(({ name, state }) => [name, state]))).toEqual({
    model: 'ok',
    // Some pauses of sandboxes fail in tests.
    e2b: expect.stringMatching(/^(?:ok|degraded)$/),
    twilio: 'unknown',
    sendgrid: 'unknown',
    dynamodb: 'ok',
  })
})

test('a test message of the operator is answered like any other', async () => {
  const response = await baton.request('/api/monitoring/test', {
    method: 'POST',
    headers: { prefer: 'wait=25' },
  })
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({
    sessionId: 'monitoring-test',
    reply: { role: 'conductor' },
  })
  expect((await post('/api/monitoring/test', { content: 'are you there?' })).status).toBe(202)
})

test('the read-only token reads everything and changes nothing', async () => {
  const headers = { authorization: 'Bearer test-read-token' }
  for (const route of ['monitoring/status', 'monitoring/metrics', 'sessions', 'sessions/main'])
    expect((await get(`/api/${route}`, headers)).status).toBe(200)
  for (const route of [MESSAGE, '/api/monitoring/test', '/api/sessions/main/stop'])
    expect((await post(route, { content: 'x' }, headers)).status).toBe(403)
  const deleted = await baton.request('/api/sessions/main', { method: 'DELETE', headers })
  expect(deleted.status).toBe(403)
})
