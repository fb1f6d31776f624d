/** Bare answers are understood without a model, and only those. */
import { describe, expect, test } from 'vitest'
import { areDistinct, choiceIn, namedQuestion, ownWords } from '../../../src/core/answer.ts'
import { answeringText } from '../../../src/core/prompt.ts'

const COLOURS = ['light blue', 'red', 'No colour at all']

describe('a line names a choice', () => {
  test.each([
    ['1', 'light blue'],
    [' 2. ', 'red'],
    ['3)', 'No colour at all'],
    ['Light  Blue', 'light blue'],
    ['“red”.', 'red'],
    ['RED!', 'red'],
    ['no', 'No colour at all'],
    ['No colour at all', 'No colour at all'],
  ])('%j', (line, choice) => {
    expect(choiceIn(line, { choices: COLOURS })).toBe(choice)
  })
})

describe('a line names no choice', () => {
  test.each([
    ['4'],
    ['0'],
    ['12'],
    ['blue'],
    ['red?'],
    ['red please'],
    ['not red'],
    ['yes'],
    ['1 or 2'],
    ['> red'],
    [''],
    ['.'],
  ])('%j', (line) => {
    expect(choiceIn(line, { choices: COLOURS })).toBeUndefined()
  })

  test('if two choices begin with the same yes', () => {
    const choices = ['yes, today', 'yes, tomorrow', 'no']
    expect(choiceIn('yes', { choices })).toBeUndefined()
    expect(choiceIn('no', { choices })).toBe('no')
  })

  test('if a number is the word of another choice', () => {
    expect(choiceIn('2', { choices: ['2', '3'] })).toBeUndefined()
  })
})

test.each([
  [['yes', 'no'], true],
  [['Yes', 'yes.'], false],
  [['2', '1'], false],
  [['"', 'no'], false],
  [['7', '8'], true],
  [[], true],
])('choices %j can be told apart: %s', (choices, distinct) => {
  expect(areDistinct(choices)).toBe(distinct)
})

describe('a line may name its question', () => {
  test.each([
    ['q2 yes', { id: 'q2', rest: 'yes' }],
    ['Q2: yes', { id: 'q2', rest: 'yes' }],
    ['q2:yes', { id: 'q2', rest: 'yes' }],
    ['2: yes', { id: 'q2', rest: 'yes' }],
    ['q12 - 1', { id: 'q12', rest: '1' }],
    ['2 yes', { rest: '2 yes' }],
    ['q2', { rest: 'q2' }],
    ['q2yes', { rest: 'q2yes' }],
    ['2', { rest: '2' }],
    ['yes', { rest: 'yes' }],
  ])('%j', (line, named) => {
    expect(namedQuestion(line)).toEqual(named)
  })
})

describe('only the first line counts, and it stands alone', () => {
  const EARLIER = ['Please look at this.\n\nAda Lovelace\nAnalytical Engines', 'Thanks!\nAda']

  test.each([
    ['yes', true],
    ['\n\n yes \n\n', true],
    ['yes\nAda', true],
    ['yes\n\nAda Lovelace\nAnalytical Engines', true],
    ['yes\nAnalytical Engines', true],
    ['yes\nbut only tomorrow', false],
    ['yes\nThanks!\nAda', false],
    ['yes\nAda Lovelace', false],
    ['yes\n\nnot before Monday\nAda', false],
  ])('%j: %s', (text, alone) => {
    expect(ownWords(text, EARLIER)).toEqual({ line: 'yes', alone })
  })
})

describe('of an email only the own words count, and they come first', () => {
  const said = (text: string) => {
    const body = { from: 'person', channel: 'email', text, at: '' } as const
    return ownWords(answeringText(body), [])
  }
  const yes = { line: 'yes', alone: true }

  test.each([
    ['yes'],
    ['yes\n\n> May this be sent?\n> no'],
    ['yes\n\nOn 5 Jan 2026, 10:00, Eve <eve@example.net> wrote:\n> May this be sent?'],
    ['yes\n-- \nAda Lovelace, Analytical Engines'],
  ])('%j', (text) => {
    expect(said(text)).toEqual(yes)
  })

  test.each([
    ['> yes'],
    ['> a long line that a program has\nyes'],
    ['On 5 Jan 2026, 10:00, Eve <eve@example.net> wrote:\n\nyes'],
    [
      '-------- Forwarded Message --------\nSubject: it\nDate: 5 Jan 2026 10:00\nFrom: Eve <eve@example.net>\n\nyes',
    ],
    ['FYI\n\n> yes'],
    ['What does this mean?\n\n> q1 yes'],
  ])('not %j', (text) => {
    const { line, alone } = said(text)
    expect(alone && /yes/.test(line)).toBe(false)
  })
})
