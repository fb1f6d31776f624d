/** The end of a response is held back until it is settled, and nothing else is. */
import { describe, expect, test } from 'vitest'
import { holdBack } from '../../../lambdas/model-gateway/hold-back.ts'

const STREAM = 'text/event-stream'
const before = 'event: ping\ndata: {"text":"event: message_stop"}\n\n'
const last = 'event: message_stop\ndata: {"type":"message_stop"}\n\n'

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

  test('passes each event whole, with its empty line', () => {
    for (let at = 1; at <= before.length; at++) {
      const held = holdBack(STREAM)
      const passed = [before.slice(0, at), before.slice(at)].map((part) =>
        Buffer.from(held.pass(Buffer.from(part))).toString(),
      )
      expect(passed.join('')).toBe(before)
      expect(Buffer.from(held.release()).toString()).toBe('')
    }
  })

  test.each([
    ['a line that begins alike', ['event: mes', 'sage_delta\n'], 'event: message_delta\n', ''],
    [
      'a line that only ends alike',
      ['data: x', 'event: message_stop'],
      'data: xevent: message_stop',
      '',
    ],
    ['a line that is cut', ['\nevent: mes'], '\n', 'event: mes'],
    ['the first line', ['event: message', '_stop'], '', 'event: message_stop'],
    [
      'lines with carriage returns',
      ['a\r\n\r', '\nevent: message_stop\r\n'],
      'a\r\n\r\n',
      'event: message_stop\r\n',
    ],
  ])('%s', (_, parts, passed, released) => {
    expect(through(STREAM, parts)).toEqual({ passed, released })
  })
})

test('one document waits with its last byte', () => {
  expect(through('application/json', ['{"a":', '1}'])).toEqual({ passed: '{"a":1', released: '}' })
})

test('an empty response stays empty', () => {
  expect(through('application/json', [])).toEqual({ passed: '', released: '' })
})
