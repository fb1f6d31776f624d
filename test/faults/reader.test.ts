/** A reader that polls while many messages arrive sees every entry once, in order. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Entry } from '../../src/core/history.ts'
import { type TestBaton, testBaton } from '../support/baton.ts'
import { mapLimit } from '../support/map-limit.ts'
import { ALL } from '../support/sample.ts'

const MESSAGES = ALL ? 200 : 100
const SENDERS = 25

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton()
})
afterAll(() => baton.close())

test('polling with `after` skips nothing and repeats nothing', async () => {
  const sent = new Set<string>()
  const numbers = Array.from({ length: MESSAGES }, (_, n) => n)
  const sending = mapLimit(numbers, SENDERS, async (n) => {
    sent.add(await baton.send('busy', `message ${n}`))
  })
  const read: Entry[] = []
  const arrived = () => read.filter(({ role }) => role === 'user').length
  let polls = 0
  while (arrived() < MESSAGES) {
    const after = read.at(-1)?.seq ?? 0
    const response = await baton.request(
      `/api/sessions/busy/messages?after=${after}&limit=40&wait=2`,
    )
    // The session does not exist before its first message.
    if (response.status === 404) continue
    const { messages } = (await response.json()) as { messages: Entry[] }
    read.push(...messages)
    polls += 1
  }
  await sending
  await baton.request('/api/sessions/busy/stop', { method: 'POST' })
  expect(read.map(({ seq }) => seq)).toEqual(read.map((_, i) => i + 1))
  expect(
    new Set(read.flatMap(({ role, messageId }) => (role === 'user' ? messageId : []))),
  ).toEqual(sent)
  expect(sent.size).toBe(MESSAGES)
  // It read while messages arrived, not afterwards.
  expect(polls).toBeGreaterThan(MESSAGES / 40)
}, 600_000)
