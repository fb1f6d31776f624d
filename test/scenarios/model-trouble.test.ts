/** A model that fails: people hear of it at once, with what to do about it, and it is asked a few times only. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Entry } from '../../src/core/history.ts'
import { block, replies, type TestBaton, testBaton } from '../support/baton.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ cli: 'real' })
})
afterAll(() => baton.close())

const fail = (about: string, times: number, error: { status: number; message?: string }) =>
  baton.model?.faults.push(...Array.from({ length: times }, () => ({ about, error })))
const left = (about: string) => baton.model?.faults.filter((fault) => fault.about === about).length
const told = (entries: readonly Entry[], words: string | RegExp) =>
  entries.filter(({ role, text }) => role === 'system' && RegExp(words).test(text))
const NOT_ANSWERED = 'could not be answered'

async function modelHealth() {
  const response = await baton.request('/api/health')
  const { dependencies } = (await response.json()) as { dependencies: { name: string }[] }
  return dependencies.find(({ name }) => name === 'model')
}

/** Nobody learns addresses or names of Baton's insides. */
const expectPlain = (entries: readonly Entry[]) =>
  expect(entries.map(({ text }) => text).join('\n')).not.toMatch(
    /\d+\.\d+\.\d+\.\d+|localhost|https?:|ECONN|Lambda|States\.|gateway/i,
  )

describe('what cannot pass is told after the first request, with the setting to look at', () => {
  test.each([
    ['a wrong key', 401, 'invalid x-api-key', /secret anthropic-api-key, or ANTHROPIC_API_KEY/],
    ['a key without the right', 403, 'not allowed', /secret anthropic-api-key .* "model"/],
    ['no credit', 400, 'Your credit balance is too low to access the API.', /has added credit/],
    ['an unknown model', 404, 'model: x', /corrected the setting "model"/],
  ])('%s', async (name, status, message, advice) => {
    const session = name.replaceAll(' ', '-')
    fail(session, 10, { status, message })
    await baton.send(session, `hello ${session}`)
    const entries = await baton.until(session, (all) => told(all, NOT_ANSWERED).length > 0)
    expect(told(entries, NOT_ANSWERED)[0]?.text).toMatch(advice)
    expect(told(entries, NOT_ANSWERED)[0]?.text).not.toMatch(/please send it (?:again|once more)/i)
    expect(told(entries, 'still trying')).toEqual([])
    expect(await modelHealth()).toMatchObject({
      state: 'down',
      cure: expect.stringMatching(advice),
    })
    // Claude Code asks once more if the model does not exist.
    expect(10 - (left(session) ?? 0)).toBe(status === 404 ? 2 : 1)
    expectPlain(entries)
    expect(baton.log.join('\n')).toContain('ModelRefusals')
  })

  test('a conversation that is too long', async () => {
    fail('novel', 40, {
      status: 400,
      message: 'prompt is too long: 210000 tokens > 200000 maximum',
    })
    await baton.send('novel', 'hello novel')
    const entries = await baton.until('novel', (all) => told(all, NOT_ANSWERED).length > 0)
    expect(told(entries, NOT_ANSWERED)[0]?.text).toMatch(/too long .* \/new-session/)
    expectPlain(entries)
  })
})

test('what may pass is told while it is tried, on request too, and the answer comes when it has passed', async () => {
  fail('patience', 4, { status: 529, message: 'Overloaded' })
  await baton.send('patience', 'hello patience')
  await baton.until('patience', (all) => told(all, 'still trying').length > 0)
  expect(await modelHealth()).toMatchObject({ state: 'degraded', cure: null })
  await baton.send('patience', '/status')
  const asked = await baton.until('patience', (all) => told(all, 'is in progress').length > 0)
  const entries = await baton.until('patience', (all) => replies(all).length === 1, 100)
  const notices = [...told(asked, 'is in progress'), ...told(entries, '^The model does not answer')]
  expect(notices).toHaveLength(2)
  for (const { text } of notices)
    expect(text).toMatch(
      /does not answer, still trying: the model is overloaded \(since \d\d:\d\d UTC\)/,
    )
  expect(told(entries, NOT_ANSWERED)).toEqual([])
  expectPlain(entries)
  expect(baton.log.join('\n')).toContain('ModelFailures')
})

test("a worker's report says what was wrong with the model", async () => {
  // Only the output of its command has the whole word, so only the worker's second request fails.
  fail('unlucky', 1, { status: 401, message: 'invalid x-api-key' })
  await baton.send('working', block('echo un""lucky'))
  const entries = await baton.until('working', (all) => all.some(({ role }) => role === 'worker'))
  const report = entries.find(({ role }) => role === 'worker')
  expect(report?.text).toMatch(
    /^failed: the model's API does not accept the key .* anthropic-api-key/,
  )
  expectPlain(entries)
})
