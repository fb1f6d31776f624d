/** Texts of programs and services, as people get them. */
import { describe, expect, test } from 'vitest'
import { deliveryContent } from '../../../src/channels/delivery-content.ts'
import { clause } from '../../../src/core/clause.ts'
import { printable } from '../../../src/core/printable.ts'

describe('a clause', () => {
  test.each([
    ['No connection: timeout.', 'No connection: timeout'],
    ['exit code 1. \n', 'exit code 1'],
    ['no stop', 'no stop'],
    ['and so on...', 'and so on...'],
    ['and so on…', 'and so on…'],
    ['Why?', 'Why?'],
    ['.', ''],
  ])('of %j is %j', (text, expected) => {
    expect(clause(text)).toBe(expected)
  })
})

describe('what people get', () => {
  const esc = '\u001b'
  test.each([
    [`${esc}[31mred${esc}[0m`, 'red'],
    [`${esc}]0;title\u0007text`, 'text'],
    [`${esc}]8;;https://example.com\u0007link${esc}]8;;\u0007`, 'link'],
    ['10%\r20%\r\ndone', '10%\n20%\ndone'],
    ['a\tb\nc\u0008\u0000\u009b2Jd\u007f', 'a\tb\ncd'],
    ['Grüße ✓ 😀 \u2028', 'Grüße ✓ 😀 \u2028'],
  ])('of %j is %j', (text, expected) => {
    expect(printable(text)).toBe(expected)
    expect(deliveryContent({ text }, 'reply.x').text).toBe(expected)
  })

  test('of a command has no escapes either', () => {
    const sms = { type: 'SEND_SMS' as const, to: '+15550100', message: `${esc}[2Jhi` }
    const command = { id: 't1.0', status: 'done' as const, ...sms }
    expect(deliveryContent({ text: '', commands: [command] }, 't1.0').text).toBe('hi')
  })
})
