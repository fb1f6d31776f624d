/** The title of a session: the first words that were said. */
import { expect, test } from 'vitest'
import { titleOf } from '../../../src/core/title.ts'

test.each([
  ['What can you do?', 'What can you do?'],
  ['\n\n  # A heading\nand more', 'A heading'],
  ['```sh\ndate\n```', 'date'],
  ['> quoted\nanswer', 'quoted'],
  ['- an item', 'an item'],
  ['\x1b[31mred\x1b[0m\u0007  and\twide', 'red and wide'],
  ['-5 degrees', '-5 degrees'],
])('%j has the title %j', (text, title) => {
  expect(titleOf({ text })).toBe(title)
})

test('an email has its subject as its title', () => {
  expect(titleOf({ subject: 'A report', text: 'Please write one.' })).toBe('A report')
  expect(titleOf({ subject: ' ', text: 'Please write one.' })).toBe('Please write one.')
})

test('a text that says nothing has no title', () => {
  expect(titleOf({ text: '' })).toBeUndefined()
  expect(titleOf({ text: '```\n```\n\u0007' })).toBeUndefined()
})

test('a long title ends at a word, or within one that is too long, and never within a character', () => {
  const words = titleOf({ text: 'word '.repeat(100) })
  expect(words).toMatch(/^(word )+word…$/)
  expect(words?.length).toBeLessThanOrEqual(80)
  expect(titleOf({ text: '🙂'.repeat(500) })).toBe(`${'🙂'.repeat(79)}…`)
})
