import { afterAll, beforeAll, expect, test } from 'vitest'
import { roles, type TestBaton, testBaton, withoutReceipts } from '../support/baton.ts'
import { ALL } from '../support/sample.ts'

const SESSIONS = ALL ? 50 : 8
const MESSAGES = 5

let baton: TestBaton
beforeAll(async () => {
  // Fewer sandboxes may run than there are sessions, so some sessions wait.
  baton = await testBaton({ limits: { concurrent: 6 } })
})
afterAll(() => baton.close())

test(`${SESSIONS} sessions with ${MESSAGES} messages each at once: each one's in order, every one answered`, async () => {
  const names = Array.from({ length: SESSIONS }, (_, i) => `many-${i}`)
  const sendAll = async (session: string) => {
    for (let i = 0; i < MESSAGES; i++) await baton.send(session, `message ${i} of ${session}`)
  }
  await Promise.all(names.map(sendAll))
  for (const session of names) {
    const entries = await baton.until(
      session,
      (all) =>
        all.filter(({ role }) => role === 'user').length === MESSAGES &&
        withoutReceipts(all).at(-1)?.role === 'conductor',
      850,
    )
    const texts = entries.filter(({ role }) => role === 'user').map(({ text }) => text)
    expect(texts).toEqual(Array.from({ length: MESSAGES }, (_, i) => `message ${i} of ${session}`))
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1))
    const notices = withoutReceipts(entries).filter(({ role }) => role === 'system')
    expect(notices.map(({ text }) => text)).toEqual([])
    expect(new Set(roles(entries))).toEqual(new Set(['user', 'conductor']))
  }
}, 900_000)
