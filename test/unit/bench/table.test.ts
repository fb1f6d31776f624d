/** The report as text. */
import { expect, test } from 'vitest'
import { figure, measured } from '../../../bench/report/figure.ts'
import { sectionText, summaryText } from '../../../bench/report/table.ts'

const section = {
  name: 'messages',
  title: 'what a message costs',
  notes: ['How it was taken.'],
  figures: [
    figure('transitions', '', 10, { group: 'warm', most: 8, because: 'TakeMessages 2, …' }),
    figure('reads', '', 3, { group: 'warm', most: 12, because: 'not to be shown' }),
    figure('1,000 messages', '$', 0.3014, { group: 'warm' }),
    measured('reply', 'ms', [1200, 1000.4, 1100], { group: 'cold' }),
    measured('once', 's', [2.25]),
  ],
}

test('each figure is a line under its group, with unit, spread, mark and verdict', () => {
  const lines = sectionText(section)
    .split('\n')
    .map((line) => line.replace(/ {2,}/g, ' | '))
  expect(lines).toEqual([
    'messages: what a message costs',
    ' | How it was taken.',
    ' | warm',
    ' | transitions | 10 | <= 8 | MISSED',
    ' | missed: TakeMessages 2, …',
    ' | reads | 3 | <= 12 | met',
    ' | 1,000 messages | $0.301',
    ' | cold',
    ' | reply | 1100 ms | 1000 to 1200 (3)',
    ' | once | 2.25 s',
  ])
})

test('the summary counts the marks and names those that were missed', () => {
  expect(summaryText([section])).toBe('1 of 2 marks met\n  missed  messages: warm: transitions')
})
