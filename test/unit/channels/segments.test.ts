/** An SMS never exceeds its number of segments, and is cut where people would cut it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutToSegments, segmentsOf } from '../../../src/channels/sms/segments.ts'
import { cpuMs } from '../../support/cpu.ts'

const a = (count: number) => 'a'.repeat(count)
const cyrillic = (count: number) => 'ж'.repeat(count)

test.each([
  ['nothing', '', 0],
  ['a single one', a(160), 1],
  ['one more', a(161), 2],
  ['two parts', a(306), 2],
  ['three', a(307), 3],
  ['signs that count twice', '€'.repeat(80), 1],
  ['one more of them', '€'.repeat(81), 2],
  ['a pair that would be parted', `${a(152)}€${a(152)}`, 3],
  ['an emoji that would be parted', `${cyrillic(66)}😀${cyrillic(66)}`, 3],
  ['a lower ç', `ç${a(69)}`, 1],
  ['a lower ç and more', `ç${a(70)}`, 2],
  ['line ends', 'a\r\nb', 1],
  ['all that Twilio takes', a(1600), 11],
  ['all of it in another script', cyrillic(1600), 24],
  ['more than Twilio takes', a(1601), Number.POSITIVE_INFINITY],
  ['accents without end', `e${'\u0301'.repeat(999)}`, 15],
])('%s', (_, text, segments) => {
  expect(segmentsOf(text)).toBe(segments)
})

const REST = 'Read on: https://baton.example.com/a/1'

test('a text that fits is unchanged', () => {
  expect(cutToSegments(a(306), 2, REST)).toBe(a(306))
  expect(cutToSegments('', 1, REST)).toBe('')
})

test('a longer one is cut after a word, as late as possible', () => {
  const words = 'word '.repeat(60)
  const cut = cutToSegments(words, 1, REST)
  expect(cut).toBe(`${'word '.repeat(22)}word... ${REST}`)
  expect(segmentsOf(cut)).toBe(1)
  expect(segmentsOf(cut.replace('...', ' word...'))).toBe(2)
})

test('a word that ends at the cut is kept; spaces before the cut are not', () => {
  expect(cutToSegments(`${a(100)} ${a(56)} more`, 1, '')).toBe(`${a(100)} ${a(56)}...`)
  expect(cutToSegments(`${a(100)}   ${a(80)}`, 1, '')).toBe(`${a(100)}...`)
})

test('a word without an end is cut between graphemes', () => {
  const family = '👨‍👩‍👧'
  expect(cutToSegments(`so ${family.repeat(99)}`, 1, 'x')).toBe(`so ${family.repeat(7)}... x`)
  expect(cutToSegments(a(170), 1, 'x')).toBe(`${a(155)}... x`)
  expect(cutToSegments('e\u0301'.repeat(99), 1, '')).toBe(`${'e\u0301'.repeat(33)}...`)
})

test('a rest that does not fit is omitted', () => {
  expect(cutToSegments(a(170), 1, a(161))).toBe(`${a(157)}...`)
})

test("the result never exceeds Twilio's limit, however many segments are allowed", () => {
  const cut = cutToSegments(`${a(99)} `.repeat(20), 99, REST)
  expect(cut.length).toBeLessThanOrEqual(1600)
  expect(cut).toBe(`${`${a(99)} `.repeat(15).trimEnd()}... ${REST}`)
})

test.each([
  ['words', 'word '.repeat(26_215)],
  ['one word', a(131_072)],
  ['emoji', '👨‍👩‍👧'.repeat(16_384)],
  ['accents', 'e\u0301'.repeat(65_536)],
  ['blanks', ' '.repeat(131_072)],
])('128 KiB of %s are cut quickly', (_, text) => {
  let segments = 0
  const taken = cpuMs(() => {
    segments = segmentsOf(cutToSegments(text, 10, REST))
  })
  expect(segments).toBeLessThanOrEqual(10)
  expect(taken).toBeLessThan(5000)
})

const graphemes = (text: string) =>
  new Set([...new Intl.Segmenter('en').segment(text)].map(({ index }) => index).concat(text.length))

test('any text becomes at most the allowed segments, in whole graphemes, and ends with the rest', () => {
  const unit = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('a', 'e', ' ', ' ', '\n', 'word', '€', '[') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '😀',
        '👨‍👩‍👧',
        'e\u0301',
        '🇩🇪',
        'ж',
        '\u0301',
        '\r\n',
        '👍🏽',
        '\ud83d',
      ),
    },
  )
  const texts = fc.oneof(
    fc.array(unit, { maxLength: 400 }),
    fc.array(fc.constantFrom('word', ' ', '€', 'a'), { maxLength: 400 }),
  )
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 4 }), (units, max) => {
      const text = units.join('')
      const cut = cutToSegments(text, max, REST)
      expect(segmentsOf(cut)).toBeLessThanOrEqual(max)
      if (segmentsOf(text) <= max) {
        expect(cut).toBe(text)
        return
      }
      const end = `... ${REST}`
      expect(cut.endsWith(end)).toBe(true)
      const head = cut.slice(0, -end.length)
      expect(text.startsWith(head)).toBe(true)
      // Trimming may only separate a space from an accent after it.
      if (!/^\s/.test(text.slice(head.length))) expect(graphemes(text)).toContain(head.length)
    }),
    { numRuns: 200 },
  )
})
