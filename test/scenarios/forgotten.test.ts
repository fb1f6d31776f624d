import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, endingsOf, replies, sharedBaton, type TestBaton } from '../support/baton.ts'
import { holdAnswer } from '../support/held-answer.ts'
import { post, signedEmail, signedSms } from '../support/people.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await sharedBaton()
})
afterAll(() => baton.close())

const remove = async (session: string) =>
  (await baton.request(`/api/sessions/${session}`, { method: 'DELETE' })).status

async function until(holds: () => boolean, seconds = 20): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const sandboxesOf = (session: string) =>
  baton.e2b.sandboxes().filter(({ metadata }) => metadata.session === session)

test('an idempotency key may be reused in a session that was deleted', async () => {
  const key = { 'idempotency-key': 'again' }
  await baton.send('reused', 'one', key)
  await baton.until('reused', (all) => replies(all).length === 1)
  expect(await remove('reused')).toBe(204)
  await baton.send('reused', 'two', key)
  const entries = await baton.until('reused', (all) => replies(all).length === 1)
  expect(entries[0]).toMatchObject({ role: 'user', text: 'two' })
})

test('a signed SMS or email of a deleted session is not new again', async () => {
  const number = '+15550101'
  const sms = await signedSms(baton, { from: number, body: 'only once' })
  const email = await signedEmail(baton, { from: 'once@example.com', text: 'only once' })
  for (const signed of [sms, email]) expect((await post(baton, signed)).status).toBe(200)
  const sessionOf = async (text: string) => {
    const response = await baton.request('/api/sessions?limit=100')
    const { sessions } = (await response.json()) as { sessions: { sessionId: string }[] }
    for (const { sessionId } of sessions)
      if (
        sessionId.startsWith('mail-') &&
        JSON.stringify(await baton.history(sessionId)).includes(text)
      )
        return sessionId
    return undefined
  }
  await baton.until('sms-15550101', (all) => replies(all).length === 1)
  await expect.poll(() => sessionOf('only once'), { timeout: 60_000 }).toBeDefined()
  const thread = (await sessionOf('only once')) ?? ''
  await baton.until(thread, (all) => replies(all).length === 1)
  for (const session of ['sms-15550101', thread]) expect(await remove(session)).toBe(204)
  for (const signed of [sms, email]) expect((await post(baton, signed)).status).toBe(200)
  // A new message is processed after the repeated one.
  await post(baton, await signedSms(baton, { from: number, body: 'something new' }))
  await baton.until('sms-15550101', (all) => replies(all).length === 1)
  const said = (await baton.history('sms-15550101')).filter(({ role }) => role === 'user')
  expect(said.map(({ text }) => text)).toEqual(['something new'])
  for (const signed of [sms, email]) expect((await post(baton, signed)).status).toBe(200)
  await post(baton, await signedSms(baton, { from: number, body: 'and more' }))
  await baton.until('sms-15550101', (all) => replies(all).length === 2)
  expect(await baton.history(thread)).toEqual([])
})

test('a session that is deleted while its sandbox is being created leaves none', async () => {
  const sessions = Array.from({ length: 4 }, (_, i) => `early-${i}`)
  await Promise.all(sessions.map((session) => baton.send(session, 'hello')))
  for (const session of sessions) {
    await baton.until(session, (all) => all.length > 0)
    expect(await remove(session)).toBe(204)
  }
  await until(() => sessions.every((session) => sandboxesOf(session).length === 0))
  await new Promise((resolve) => setTimeout(resolve, 3000))
  expect(sessions.flatMap(sandboxesOf)).toEqual([])
})

test('a stop creates no sandbox if there is none any more', async () => {
  const { asked } = holdAnswer(baton.model, 'hello, and gone')
  await baton.send('gone', 'hello, and gone')
  await until(() => sandboxesOf('gone').length === 1)
  await asked
  await baton.e2b.faults.crash(sandboxesOf('gone')[0]?.id ?? '')
  const { created } = baton.e2b.counters()
  expect((await baton.request('/api/sessions/gone/stop', { method: 'POST' })).status).toBe(200)
  expect(baton.e2b.counters().created).toBe(created)
})

test('a worker that has ended is not ended again, without another notice', async () => {
  await baton.send('twice', block('echo done'))
  await baton.until('twice', (all) => endingsOf(all).length === 1)
  await baton.settled('twice')
  const before = await baton.history('twice')
  const response = await baton.request('/api/sessions/twice/workers/w1/kill', { method: 'POST' })
  expect(await response.json()).toMatchObject({ workerId: 'w1', status: 'accepted' })
  await baton.settled('twice')
  expect(await baton.history('twice')).toEqual(before)
})

test('a history of many megabytes is read in pages that fit', async () => {
  const content = 'x'.repeat(127 * 1024)
  for (let i = 0; i < 40; i++) await baton.send('long', content)
  const entries = await baton.until(
    'long',
    (all) => all.filter(({ role }) => role === 'user').length === 40,
    100,
  )
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1))
})
