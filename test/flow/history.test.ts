/** The history is read in pages from either end, and waited for. */
import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readLink, signLink } from '../../src/core/session-link.ts'
import { type TestBaton, testBaton } from '../support/baton.ts'
import { secretOf } from '../support/secrets.ts'
import { putItem, tablesOf } from '../support/tables.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ variables: { WAITING_READERS: '3' } })
  for (const word of ['one', 'two']) {
    await baton.send('waits', word)
    await baton.settled('waits')
  }
})
afterAll(() => baton.close())

interface HistoryPage {
  readonly messages: readonly { readonly seq: number }[]
  readonly next: number
  readonly previous: number | null
}

const get = async (route: string) => {
  const response = await baton.request(route)
  // The document checks the shape of responses; these are the parts that the tests read.
  return { status: response.status, body: (await response.json()) as HistoryPage }
}

test('the history is read from its end, and on in both directions', async () => {
  await baton.settled('waits')
  const all = await baton.history('waits')
  const numbers = async (query: string) => {
    const { status, body } = await get(`/api/sessions/waits/messages?${query}`)
    const { messages, next, previous } = body
    return { status, seqs: messages?.map(({ seq }) => seq), next, previous }
  }
  const last = all.length
  expect(last).toBeGreaterThan(5)
  expect(await numbers('order=desc&limit=2')).toEqual({
    status: 200,
    seqs: [last, last - 1],
    next: last,
    previous: last - 1,
  })
  const older = await numbers(`order=desc&limit=2&before=${last - 1}`)
  expect(older).toMatchObject({ seqs: [last - 2, last - 3], previous: last - 3 })
  expect(await numbers(`before=4&after=1`)).toMatchObject({ seqs: [2, 3], next: 3, previous: 2 })
  expect(await numbers('order=desc&before=2')).toMatchObject({ seqs: [1], previous: null })
  expect(await numbers('order=desc&before=1')).toMatchObject({ seqs: [], previous: null })
  expect(await numbers(`order=desc&after=${last}`)).toMatchObject({ seqs: [], next: last })
  expect((await numbers('order=desc&wait=1')).status).toBe(400)
})

test('what has expired is skipped, and nothing after an entry that is still to be written is shown', async () => {
  const { client, nameOf } = tablesOf(baton)
  const all = await baton.history('waits')
  for (const seq of [1, 2, 4])
    await client.send(
      new DeleteCommand({ TableName: nameOf('Conversations'), Key: { sessionId: 'waits', seq } }),
    )
  const left = all.map(({ seq }) => seq).filter((seq) => ![1, 2, 4].includes(seq))
  expect((await baton.history('waits')).map(({ seq }) => seq)).toEqual(left)

  // As if one more entry had been numbered, and the one after it had been written first.
  const Key = { sessionId: 'waits' }
  const { Item: session } = await client.send(
    new GetCommand({ TableName: nameOf('Sessions'), Key, ConsistentRead: true }),
  )
  const notice = (seq: number) => ({ seq, kind: 'notice', text: 'x', at: new Date().toISOString() })
  const next = all.length + 1
  const entry = { seq: next + 1, at: new Date().toISOString(), role: 'system', text: 'x' }
  await putItem(baton, 'Conversations', {
    sessionId: 'waits',
    seq: next + 1,
    document: JSON.stringify(entry),
  })
  await putItem(baton, 'Sessions', {
    ...session,
    lastSeq: next + 1,
    unwritten: [...(session?.unwritten ?? []), notice(next), notice(next + 1)],
  })
  const { body } = await get('/api/sessions/waits/messages?order=desc&limit=1')
  expect(body).toMatchObject({ messages: [{ seq: all.length }], next: all.length })
  await putItem(baton, 'Sessions', session ?? {})
})

test('a long poll ends with the next entry, or without one at its timeout', async () => {
  const { body: now } = await get('/api/sessions/waits/messages?after=0')
  const { body: nothing } = await get(`/api/sessions/waits/messages?after=${now.next}&wait=1`)
  expect(nothing).toEqual({ messages: [], next: now.next, previous: null })
  const waiting = get(`/api/sessions/waits/messages?after=${now.next}&wait=25`)
  await baton.send('waits', 'more')
  expect((await waiting).body.messages[0]).toMatchObject({ role: 'user', text: 'more' })
})

test('when as many as configured are waiting already, the next gets its response at once; a place becomes free at its timeout', async () => {
  await baton.settled('waits')
  const { body: now } = await get('/api/sessions/waits/messages?after=0')
  const route = `/api/sessions/waits/messages?after=${now.next}&wait=25`
  const places = (until: number) =>
    putItem(baton, 'Sessions', {
      sessionId: '#waiting',
      version: 1,
      places: Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`place-${i}`, until])),
    })
  await places(Date.now() + 60_000)
  const sent = await baton.request('/api/webhooks/conductor/message', {
    method: 'POST',
    headers: { prefer: 'wait=25' },
    body: JSON.stringify({ sessionId: 'crowd', content: 'anybody?' }),
  })
  expect([sent.status, sent.headers.has('preference-applied')]).toEqual([202, false])
  await baton.settled('crowd')
  expect((await get(route)).body).toEqual({ messages: [], next: now.next, previous: null })
  await places(Date.now() - 1)
  const waiting = get(route)
  await baton.send('waits', 'wake up')
  expect((await waiting).body.messages).not.toEqual([])
})

test('while sixty readers ask for news at once, some of whom wait, an ordinary read is answered', async () => {
  await baton.settled('waits')
  const { body: now } = await get('/api/sessions/waits/messages?after=0')
  let open = 60
  const polls = Array.from({ length: open }, async () => {
    const { status } = await get(`/api/sessions/waits/messages?after=${now.next}&wait=25`)
    open--
    return status
  })
  expect((await get('/api/sessions/waits/messages?after=0')).status).toBe(200)
  expect(open).toBeGreaterThan(0)
  await baton.send('waits', 'news for all')
  expect(new Set(await Promise.all(polls))).toEqual(new Set([200]))
})

test('a link shows one session, read-only, until it expires or the session is deleted', async () => {
  const link = (body?: object) =>
    baton.request('/api/sessions/linked/links', {
      method: 'POST',
      ...(body && { body: JSON.stringify(body) }),
    })
  expect((await link()).status).toBe(404)
  await baton.send('linked', 'to be shown')
  await baton.settled('linked')
  expect((await link({ expiresInHours: 169 })).status).toBe(400)
  const made = (await (await link({ expiresInHours: 1 })).json()) as Record<string, string>
  const { url = '', expiresAt = '' } = made
  const [page, token = ''] = url.split('/#link=')
  expect(page).toBe(baton.url)

  const ask = async (bearer: string, route: string, method = 'GET') => {
    const headers = { authorization: `Bearer ${bearer}` }
    const response = await baton.request(route, { method, headers })
    return [response.status, await response.text()] as const
  }
  const own = '/api/sessions/linked'
  const [, access] = await ask(token, '/api/access')
  expect(JSON.parse(access)).toEqual({
    access: 'link',
    sessionId: 'linked',
    expiresAt,
    dashboardUrl: baton.url,
  })
  for (const route of [own, `${own}/messages?after=0`])
    expect(await ask(token, route)).toEqual([200, expect.stringContaining('to be shown')])
  expect((await ask(token, `${own}/workers/w1`))[0]).toBe(404)
  expect((await ask(token, '/api/sessions/waits/messages'))[0]).toBe(403)
  for (const route of ['/api/sessions', '/api/questions', '/api/people', '/api/monitoring/status'])
    expect((await ask(token, route))[0]).toBe(401)
  for (const act of [`${own}/stop`, `${own}/links`, '/api/webhooks/conductor/message'])
    expect((await ask(token, act, 'POST'))[0]).toBe(401)
  expect((await ask(token, own, 'DELETE'))[0]).toBe(401)

  const key = await secretOf(baton.aws, 'Baton/link-key')
  const claims = readLink(token, key)
  if (!claims) throw new Error('the link is not signed with the key of links')
  const past = Math.floor(Date.now() / 1000) - 1
  expect(await ask(signLink({ ...claims, expires: past }, key), own)).toEqual([
    401,
    expect.stringContaining('This link has expired on 20'),
  ])
  expect((await ask(signLink(claims, 'another key'), own))[0]).toBe(401)

  await baton.request(own, { method: 'DELETE' })
  await baton.send('linked', 'a new conversation of the same name')
  await baton.settled('linked')
  expect(await ask(token, own)).toEqual([401, expect.stringContaining('was deleted')])
})
