import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  block,
  commandsOf,
  endingsOf,
  replies,
  type TestBaton,
  testBaton,
} from '../support/baton.ts'
import { holdAnswer } from '../support/held-answer.ts'
import { expectDeleted } from '../support/no-sandbox-left.ts'

let baton: TestBaton
beforeAll(async () => {
  // As small E2B plans do: one creation a second.
  baton = await testBaton({ limits: { createPerSecond: 1 } })
})
afterAll(() => baton.close())

test('eight concurrent workers all finish, though only one sandbox a second may be created', async () => {
  const blocks = Array.from({ length: 8 }, (_, i) => block(`echo number-${i}`))
  await baton.send('eight', blocks.join('\n'))
  const entries = await baton.until('eight', (all) => endingsOf(all).length === 8, 100)
  const text = replies(entries).join('\n')
  for (let i = 0; i < 8; i++) expect(text).toContain(`number-${i}`)
  expect(endingsOf(entries).every(({ verdict }) => verdict === 'accept')).toBe(true)
})

test('a person who writes in the middle is answered while the worker is still running', async () => {
  // Only the output contains these words, so the worker is held and not the turn that starts it.
  const worker = holdAnswer(baton.model, 'late')
  await baton.send('middle', block("printf '%s%s' la te"))
  await baton.until('middle', (all) => commandsOf(all, 'SPAWN_WORKER').length === 1)
  await baton.send('middle', 'How far are you?')
  const entries = await baton.until('middle', (all) => replies(all).length === 2)
  expect(entries.some(({ role }) => role === 'worker')).toBe(false)
  await worker.asked
  worker.release()
  const end = await baton.until('middle', (all) => endingsOf(all).length === 1)
  expect(replies(end).at(-1)).toContain('late')
})

test('two simultaneous messages are two entries in order and one open run', async () => {
  await Promise.all([baton.send('instant', 'one'), baton.send('instant', 'two')])
  await baton.until('instant', (all) => all.filter(({ role }) => role === 'user').length === 2)
  await baton.settled('instant')
  const entries = await baton.history('instant')
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1))
  expect(entries.filter(({ role }) => role === 'user')).toHaveLength(2)
})

test('after the sessions are deleted, no sandbox is left', async () => {
  expect(baton.e2b.counters().created).toBeGreaterThan(9)
  await expectDeleted(baton, ['eight', 'middle', 'instant'])
  expect(await baton.history('eight')).toEqual([])
})
