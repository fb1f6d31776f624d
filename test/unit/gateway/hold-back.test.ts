/** The end of an answer is held back until it is settled, and nothing else is. */
import { describe, expect, test } from 'vitest'
import { holdBack } from '../../../lambdas/model-gateway/hold-back.ts'

const STREAM = 'text/event-stream'
const before = 'event: ping\ndata: {"text":"event: message_stop"}\n'
const last = '\nevent: message_stop\ndata: {"type":"message_stop"}\n\n'

function through(type: string, parts: readonly string[]) {
  const held = holdBack(type)
  const passed = parts.map((part) => Buffer.from(held.pass(Buffer.from(part))).toString())
  return { passed: passed.join(''), released: Buffer.from(held.release()).toString() }
}

describe('a stream', () => {
  const whole = before + last

  test('passes up to its last event, wherever it is cut', () => {
    for (let at = 0; at <= whole.length; at++)
      expect(through(STREAM, [whole.slice(0, at), whole.slice(at)])).toEqual({
        passed: before,
        released: last,
      })
  })

  test('passes up to its last event, byte by byte', () => {
    expect(through(STREAM, [...whole])).toEqual({ passed: before, released: last })
  })

  test('without a last event is held back only where one may be beginning', () => {
    expect(through(STREAM, [before])).toEqual({ passed: before.slice(0, -1), released: '\n' })
    expect(through(STREAM, ['\nevent: mes', 'sage_delta'])).toEqual({
      passed: '\nevent: message_delta',
      released: '',
    })
  })
})

test('one document waits with its last byte', () => {
  expect(through('application/json', ['{"a":', '1}'])).toEqual({ passed: '{"a":1', released: '}' })
})

test('nothing is nothing', () => {
  expect(through('application/json', [])).toEqual({ passed: '', released: '' })
})
