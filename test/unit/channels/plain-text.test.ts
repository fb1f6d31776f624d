/** An SMS contains Markdown's words without its marks. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainText } from '../../../src/channels/sms/plain-text.ts'
import { segmentsOf } from '../../../src/channels/sms/segments.ts'
import { cpuMs } from '../../support/cpu.ts'

test.each([
  ['# Title', 'Title'],
  ['#hashtag and #1', '#hashtag and #1'],
  ['**Done**: see `a.ts`', 'Done: see a.ts'],
  ['**see `a.ts`**', 'see a.ts'],
  ['2 ** 3 ** 4', '2 ** 3 ** 4'],
  ['__init__ and snake_case', '__init__ and snake_case'],
  ['`a**b**c`', 'a**b**c'],
  ['- one\n* two\n1. three', '- one\n* two\n1. three'],
  ['[the log](https://example.com/a_(b)?x=1)', 'the log (https://example.com/a_(b)?x=1)'],
  ['[https://example.com](https://example.com)', 'https://example.com'],
  ['![](https://example.com/a.png)', 'https://example.com/a.png'],
  ['![a cat](https://example.com/a.png)', 'a cat (https://example.com/a.png)'],
  ['[**bold**](https://example.com)', 'bold (https://example.com)'],
  ['[ ] to do, [x] done, a[0](1 2)', '[ ] to do, [x] done, a[0](1 2)'],
  [
    'so:\n```ts\nconst a = `x` ** 2\n# no title\n```\n**so**',
    'so:\nconst a = `x` ** 2\n# no title\nso',
  ],
  ['````\n```\n**a**\n~~~~\n````\n**b**', '```\n**a**\n~~~~\nb'],
  ['2 of 2 met · 5 s · $0.42', '2 of 2 met - 5 s - $0.42'],
  ['``` no fence', '``` no fence'],
  ['', ''],
])('%j', (markdown, text) => {
  expect(plainText(markdown)).toBe(text)
})

test('marks alone do not make a message more expensive', () => {
  expect(segmentsOf(`\`a.ts\` ${'a'.repeat(150)}`)).toBe(3)
  expect(segmentsOf(plainText(`\`a.ts\` ${'a'.repeat(150)}`))).toBe(1)
})

test('every word is kept, in order', () => {
  const unit = fc.constantFrom(
    'word',
    'x',
    ' ',
    '\n',
    '#',
    '# ',
    '*',
    '**',
    '`',
    '[',
    ']',
    '(',
    ')',
    '](',
    '![',
    '```\n',
    '_',
    '~~~',
  )
  // The language after a fence is part of the mark.
  const words = (text: string) => text.replaceAll(/^ {0,3}(```+|~~~+).*$/gm, '').match(/\w+/g) ?? []
  const wordsOf = (text: string) => text.match(/[a-z0-9]+/g)?.join('')
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 60 }), (units) => {
      // All words differ, because a link whose title is its URL is shown once (see the example above).
      const markdown = units.map((each, i) => (/[a-z]/.test(each) ? `${each}${i}` : each)).join('')
      for (const word of words(markdown)) expect(plainText(markdown)).toContain(word)
      if (!/```|~~~/.test(markdown)) expect(wordsOf(plainText(markdown))).toBe(wordsOf(markdown))
    }),
    { numRuns: 2000 },
  )
})

test.each([
  '[',
  '[a](',
  '**',
  '`',
  '[a](b(',
  '![',
  '# ',
  '**a',
  '](',
  '[a](b)(',
  '(',
  '[a]((x)',
])('128 KiB of %j are converted quickly', (piece) => {
  const text = piece.repeat(131_072 / piece.length)
  expect(cpuMs(() => plainText(text))).toBeLessThan(1000)
})
