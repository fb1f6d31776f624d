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
  ['Make the page **blue**, not ~~green~~', 'Make the page blue, not green'],
  ['Run `npm test` in ``a_b_c``', 'Run npm test in a_b_c'],
  ['> - [ ] **Read _this_** first', 'Read this first'],
  ['## [The report](https://example.com/a_(b)) is late', 'The report is late'],
  ['![A chart](https://example.com/x.png)', 'A chart'],
  ['***both*** and __bold__ and *one* and _two_', 'both and bold and one and two'],
  ['---\nAfter a line', 'After a line'],
  ['>quoted at once', 'quoted at once'],
  ['~~~\ncode\n~~~', 'code'],
  ['Compute 5*3*2 and 2 * 3 * 4', 'Compute 5*3*2 and 2 * 3 * 4'],
  ['Delete *.ts and *.js', 'Delete *.ts and *.js'],
  ['Rename snake_case_name', 'Rename snake_case_name'],
  ['A list [of things] (unfinished', 'A list [of things] (unfinished'],
  ['#12 is open', '#12 is open'],
  ['**', '**'],
])('%j has the title %j', (text, title) => {
  expect(titleOf({ text })).toBe(title)
})

test('a line of marks takes linear time', () => {
  for (const mark of ['*', '_', '`', '[', '~', '> ', '![](', '**a'])
    expect(titleOf({ text: mark.repeat(20_000) })?.length ?? 0).toBeLessThanOrEqual(80)
})

test('an email has its subject as its title', () => {
  expect(titleOf({ subject: 'A report', text: 'Please write one.' })).toBe('A report')
  expect(titleOf({ subject: 'Re: *urgent*', text: '' })).toBe('Re: *urgent*')
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
