/** The usage of a response is parsed from its bytes as they arrive, wherever they are split. */
import { describe, expect, test } from 'vitest'
import { meterFor } from '../../../lambdas/model-gateway/usage-meter.ts'

const STREAM = 'text/event-stream; charset=utf-8'
const event = (data: { type: string }) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`

const start = event({
  type: 'message_start',
  ...{
    message: {
      model: 'claude-x',
      usage: {
        input_tokens: 10,
        output_tokens: 1,
        cache_read_input_tokens: 20,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 25, ephemeral_1h_input_tokens: 5 },
      },
    },
  },
})
const text = event({ type: 'content_block_delta', ...{ delta: { text: 'event: é 語 🙂' } } })
const delta = (usage: object) => event({ type: 'message_delta', ...{ usage } })
const whole = `${start}${text}${delta({ output_tokens: 5 })}${text}${delta({
  output_tokens: 99,
  cache_read_input_tokens: null,
  server_tool_use: { web_search_requests: 2 },
})}${event({ type: 'message_stop' })}`

const all = {
  model: 'claude-x',
  usage: {
    input: 10,
    output: 99,
    cacheRead: 20,
    cacheWrite: 30,
    cacheWrite1h: 5,
    webSearches: 2,
  },
}

function metered(type: string, parts: readonly Uint8Array[]) {
  const meter = meterFor(type)
  for (const part of parts) meter.accept(part)
  return meter.metered()
}

const bytes = Buffer.from(whole)

test('a stream split anywhere into two pieces gives the same usage', () => {
  for (let at = 0; at <= bytes.length; at++)
    expect(metered(STREAM, [bytes.subarray(0, at), bytes.subarray(at)])).toEqual(all)
})

test('a stream that arrives byte by byte gives the same usage', () => {
  expect(
    metered(
      STREAM,
      Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)),
    ),
  ).toEqual(all)
})

describe('an interrupted stream counts for what it reported', () => {
  test.each([
    ['before its start', whole.slice(0, 40), undefined],
    ['after its start', start, 1],
    ['in the middle', whole.slice(0, whole.indexOf('99') - 2), 5],
  ])('%s', (_, sent, output) => {
    expect(metered(STREAM, [Buffer.from(sent)])?.usage.output).toBe(output)
  })
})

describe('one document', () => {
  const document = { id: 'm', model: 'claude-x', usage: { input_tokens: 7, output_tokens: 8 } }

  test('is parsed at its end', () => {
    const sent = Buffer.from(JSON.stringify(document))
    const parts = [sent.subarray(0, 9), sent.subarray(9)]
    expect(metered('application/json', parts)?.usage).toMatchObject({ input: 7, output: 8 })
  })

  test("includes the API's own use of models, which its totals omit", () => {
    const counts = { input_tokens: 7, output_tokens: 8 }
    const iterations = [
      { type: 'message', ...counts },
      { type: 'compaction', input_tokens: 1_000, output_tokens: 50 },
      { type: 'advisor_message', model: 'claude-y', input_tokens: 100, output_tokens: 20 },
      { type: 'fallback_message', model: 'claude-z', ...counts },
    ]
    const usage = { ...counts, iterations, speed: 'fast', inference_geo: 'us' }
    const sent = Buffer.from(JSON.stringify({ ...document, usage }))
    const dear = { isFast: true, isInUs: true }
    expect(metered('application/json', [sent])).toMatchObject({
      model: 'claude-x',
      usage: { input: 7, output: 8, ...dear },
      furtherCalls: [
        { model: 'claude-x', usage: { input: 1_000, output: 50, ...dear } },
        { model: 'claude-y', usage: { input: 100, output: 20, ...dear } },
      ],
    })
  })

  test.each([
    ['an error', JSON.stringify({ type: 'error', error: {} })],
    ['not JSON', '<html>'],
    ['nothing', ''],
  ])('%s has used nothing', (_, sent) => {
    expect(metered('application/json', [Buffer.from(sent)])).toBeUndefined()
  })
})
