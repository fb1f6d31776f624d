/** What a model request may cost at most, as far as the request itself shows it. */
import { describe, expect, test } from 'vitest'
import { answerTally } from '../../../src/core/prices.ts'
import { affordable, readRequest, reservationOf } from '../../../src/core/reservation.ts'

const MODEL = 'claude-opus-5-5'
const request = (given: object = {}) => ({
  model: MODEL,
  max_tokens: 2_000,
  messages: [{ role: 'user', content: 'hello' }],
  ...given,
})
const read = (given: object = {}) => readRequest(Buffer.from(JSON.stringify(request(given))))
const highest = (given: object = {}, counted?: number | 'unknown') => {
  const ask = read(given)?.ask(counted)
  return ask ? reservationOf(ask, ask.wanted) : 0
}
/** The price of an answer, in billionths of a dollar. */
const cost = (usage: object, model = MODEL) =>
  answerTally(model, {
    ...{ input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, webSearches: 0 },
    ...usage,
  }).nanoUsd ?? 0

describe('a reservation covers', () => {
  const text = 'x'.repeat(50_000)
  const messages = [{ role: 'user', content: text }]

  test('each byte as a token that is written to the cache, and the whole answer', () => {
    expect(highest({ messages })).toBeGreaterThan(cost({ cacheWrite: 50_000, output: 2_000 }))
    expect(highest({ messages: [{ role: 'user', content: '語'.repeat(50_000) }] })).toBeGreaterThan(
      cost({ cacheWrite: 150_000, output: 2_000 }),
    )
  })

  test('the exact count of its tokens with a small margin', () => {
    const exact = cost({ cacheWrite: 12_500, output: 2_000 })
    expect(highest({ messages }, 12_500)).toBeGreaterThan(exact)
    expect(highest({ messages }, 12_500)).toBeLessThan(1.03 * exact)
    expect(highest({ messages }, 'unknown')).toBe(highest({ messages }))
  })

  test.each([
    [
      'the cache of an hour',
      { system: [{ cache_control: { ttl: '1h' } }] },
      { cacheWrite: 50_000, cacheWrite1h: 50_000 },
    ],
    ['fast mode', { speed: 'fast' }, { cacheWrite: 50_000, isFast: true }],
    [
      'processing in the United States',
      { inference_geo: 'us' },
      { cacheWrite: 50_000, isInUs: true },
    ],
    [
      'searches',
      { tools: [{ type: 'web_search_20260209', max_uses: 3 }] },
      { cacheWrite: 50_000, webSearches: 3 },
    ],
    [
      'searches without a limit',
      { tools: [{ type: 'web_search_20260209' }] },
      { cacheWrite: 50_000, webSearches: 10 },
    ],
    [
      'searches beside a tool whose type is null',
      {
        tools: [
          { type: 'web_search_20260209', max_uses: 3 },
          { type: null, name: 'x' },
        ],
      },
      { cacheWrite: 50_000, webSearches: 3 },
    ],
    [
      'searches whose limit is null',
      { tools: [{ type: 'web_search_20260209', max_uses: null }] },
      { cacheWrite: 50_000, webSearches: 10 },
    ],
    [
      'searches whose limit is negative',
      { tools: [{ type: 'web_search_20260209', max_uses: -1e9 }] },
      { cacheWrite: 50_000 },
    ],
    [
      'the pages of a PDF',
      { system: [{ type: 'document', source: { type: 'base64', media_type: 'application/pdf' } }] },
      { cacheWrite: 1_000_000 },
    ],
    ['an image of few bytes', { system: [{ type: 'image' }] }, { cacheWrite: 55_000 }],
    [
      'a document that is elsewhere',
      { system: [{ source: { type: 'url' } }] },
      { cacheWrite: 1_000_000 },
    ],
    [
      'a file that was uploaded',
      { system: [{ source: { type: 'file' } }] },
      { cacheWrite: 1_000_000 },
    ],
    [
      'an answer without a limit',
      { max_tokens: undefined },
      { cacheWrite: 50_000, output: 128_000 },
    ],
    ['a limit above every model', { max_tokens: 1e9 }, { cacheWrite: 50_000, output: 128_000 }],
  ])('%s', (_, given, usage) => {
    expect(highest({ messages, ...given })).toBeGreaterThanOrEqual(
      cost({ output: 2_000, ...usage }),
    )
  })

  test('types that are written with escape sequences', () => {
    const hidden = JSON.stringify(request({ system: [{ source: { type: 'url' } }] })).replace(
      '"url"',
      '"\\u0075rl"',
    )
    const ask = readRequest(Buffer.from(hidden))?.ask()
    expect(ask && reservationOf(ask, 0)).toBeGreaterThan(cost({ cacheWrite: 1_000_000 }) - 1)
  })

  test('a model without a known price at the highest one', () => {
    const usage = { cacheWrite: 50_000, output: 2_000 }
    expect(highest({ messages, model: 'gpt-x' })).toBeGreaterThan(cost(usage, 'gpt-x'))
  })
})

describe('an answer', () => {
  const ask = { price: { prompt: 100, perToken: 10 }, wanted: 50, least: 5, isExact: true }

  test.each([
    [Number.POSITIVE_INFINITY, 50],
    [600, 50],
    [599, 49],
    [150, 5],
    [149, undefined],
    [-1, undefined],
  ])('for which %s is free may have %s tokens', (free, tokens) => {
    expect(affordable(ask, free)).toBe(tokens)
  })

  test('must leave room for thinking', () => {
    const thinking = { type: 'enabled', budget_tokens: 8_000 }
    expect(read({ max_tokens: 20_000, thinking })?.ask().least).toBe(9_000)
    expect(read({ max_tokens: 500 })?.ask().least).toBe(500)
  })

  test('has no least length below nothing', () => {
    const thinking = { type: 'enabled', budget_tokens: -1e9 }
    expect(read({ max_tokens: 20_000, thinking })?.ask().least).toBe(1_000)
  })

  test.each(['"100000"', 'null', '1e999'])('is limited even if the limit is %s', (limit) => {
    const body = JSON.stringify({ ...request(), max_tokens: 'here' }).replace('"here"', limit)
    const limited = readRequest(Buffer.from(body))?.withMaxTokens(700)
    expect(JSON.parse(String(limited))).toEqual(request({ max_tokens: 700 }))
  })

  test('is limited in the request, which stays the same otherwise', () => {
    const body = Buffer.from(JSON.stringify(request({ more: { é: 1 } })))
    const parsed = readRequest(body)
    expect(parsed?.withMaxTokens(2_000)).toBe(body)
    expect(JSON.parse(String(parsed?.withMaxTokens(700)))).toEqual(
      request({ more: { é: 1 }, max_tokens: 700 }),
    )
  })
})

test('only what determines the number of tokens is sent to count them', () => {
  const more = { stream: true, metadata: {}, temperature: 1, system: 's', tools: [{ name: 'x' }] }
  const { max_tokens: _, ...kept } = request({ system: 's', tools: [{ name: 'x' }] })
  expect(JSON.parse(String(read(more)?.countable()))).toEqual(kept)
})

test('the whole prompt is counted, also what is not understood', () => {
  const given = { tools: [{ type: null, name: 'x' }, 1], thinking: { budget_tokens: 'many' } }
  expect(JSON.parse(String(read(given)?.countable()))).toMatchObject(given)
})

test.each(['', '{', '[]', '"x"', 'null'])('%j is not a request', (body) => {
  expect(readRequest(Buffer.from(body))).toBeUndefined()
})
