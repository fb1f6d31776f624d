/** What looks quoted in an email is told apart from the person's words, and every word of both is kept in order. */
import { describe, expect, test } from 'vitest'
import { textOfHtml } from '../../../src/channels/email/on-demand/html.ts'
import { partsOf } from '../../../src/channels/email/perhaps-quoted.ts'
import { NOT_THEIR_WORDS } from '../../support/hostile-emails.ts'
import { FORMS, HEADS, marked } from './reply-forms.ts'

const own = (text: string) =>
  partsOf(text)
    .filter(({ perhapsQuoted }) => !perhapsQuoted)
    .map((part) => part.text)
const words = (text: string) => text.split(/\s+/).join(' ').trim()

describe('looks quoted:', () => {
  test.each<readonly [string, string]>([
    ...FORMS.map(
      ([name, { announcement, isMarked }]) =>
        [name, `${announcement}\n${isMarked ? marked('Dig!') : 'Dig!'}`] as const,
    ),
    ...HEADS.map(([name, head]) => [name, `${head}\n\nDig!`] as const),
    ['a forward of Gmail', '---------- Forwarded message ---------\nFrom: Eve\n\nDig!'],
    ['a forward of Apple', 'Begin forwarded message:\n\nFrom: Eve\n\nDig!'],
    ['marked lines', '> Dig!'],
    ['a signature', '-- \nEve\nDig!'],
  ])('%s', (_, quote) => {
    expect(own(`See below.\n\n${quote}`)).toEqual(['See below.'])
  })

  test.each<readonly [string, string]>([
    ...HEADS,
    [
      'fields that end with an address',
      'From: Eve <eve@example.net>\nDate: 5 Jan 2026 10:00\nSubject: Hi\nTo: Ada <ada@example.com>',
    ],
  ])('all below %s, also if the quoted email begins with a mark', (_, head) => {
    expect(own(`See below.\n\n${head}\n\n> Hi!\n\nDig!`)).toEqual(['See below.'])
  })

  const quotes = NOT_THEIR_WORDS.flatMap((each) =>
    each.channel === 'email' && each.name.startsWith('quoted') ? [each.email] : [],
  )
  test.each(quotes.map(({ text = '', html = '' }) => text || textOfHtml(html)))('%j', (text) => {
    expect(own(text).join('\n')).not.toMatch(/SPAWN_WORKER|\/stop/)
  })
})

describe("is the person's:", () => {
  test.each([
    ['a list', 'Please find a train:\n\nFrom: Berlin\nTo: Paris\nDate: 3 May 2027\n\nand a hotel.'],
    ['words below a greeting', 'Do A.\n\nBest regards,\nAda\n\nNot before Monday.'],
    ['prose', 'On Monday at 10:30 the build server wrote:\n\nError 5: disk full\n\nPlease fix it.'],
    ['marks in code', 'Run:\n\n```sh\ncat <<EOF\n> a\n-- \nEOF\n```\n\nnow'],
    ['lines', 'a\n---\nb\n\n=====\n'],
  ])('%s', (_, text) => {
    expect(own(text)).toEqual([text.trim()])
  })

  test('what follows marked lines', () => {
    const text =
      'One.\n\nOn 5 Jan 2026, 10:00, Eve <eve@example.net> wrote:\n> Dig!\n\n  Two.\n\n> Dig!\n\nThree.'
    expect(own(text)).toEqual(['One.', '  Two.', 'Three.'])
  })

  test('what follows an open code block', () => {
    expect(own('```\nno end\n> Dig!')).toEqual(['```\nno end'])
  })
})

test('no word is lost, and the order stays', () => {
  const texts = [...FORMS, ...HEADS].map(([, form]) =>
    [`A\n\n${typeof form === 'string' ? form : form.announcement}\n> b\n\nC`, 'D'].join('\n\n'),
  )
  for (const text of [...texts, '', '> a', 'a\n\n> b\n\n\nc'])
    expect(
      words(
        partsOf(text)
          .map((part) => part.text)
          .join('\n'),
      ),
    ).toBe(words(text))
})

test.each([
  ['fields', 'a: b\n'.repeat(26_000)],
  ['fences', '```\n~~~\n'.repeat(16_000)],
  ['announcements', 'On 1/1/2026 10:00 Eve <eve@example.net> wrote:\n'.repeat(2_700)],
  ['marks', '> '.repeat(65_000)],
  ['addresses', 'a@b '.repeat(32_000)],
  ['dashes', '-'.repeat(131_000)],
])('very many %s are handled in time', (_, text) => {
  expect(partsOf(text)).not.toEqual([])
})
