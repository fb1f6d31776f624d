/** Quotes of what the thread has said are removed, however a program announces them. The person's words always stay. */
import { describe, expect, test } from 'vitest'
import { textOfHtml } from '../../../src/channels/email/on-demand/html.ts'
import { withoutQuotes } from '../../../src/channels/email/remove-quotes.ts'
import { cpuMs } from '../../support/cpu.ts'
import { FORMS, HEADS, marked } from './reply-forms.ts'

const NEW = 'Yes, please do.\n\n  - indented\n    more\n\nThis week.'
const LONG = `All three workers have finished. The report is at [the usual place](https://example.com/a_b/report.pdf).

1. The **first** part took \`12\` minutes, which is more than we expected when you asked for it on Monday.
2. The second part is not done: the disk is full.

Shall I begin with the third part, or do you want to look at the first two before that?`
const SHORT = 'Working.'
const JAPANESE = '作業中です。'

const BATON = ['baton', 'baton@example.com']
const ADA = ['ada@example.com']
const ADAS = 'Please look at the three parts of the report and tell me which one is late.'
const THREAD = {
  subject: 'Re: Work',
  texts: [
    { text: ADAS, authors: ADA },
    ...[LONG, SHORT, JAPANESE].map((text) => ({ text, authors: BATON })),
  ],
}

const reply = (text: string, thread = THREAD) => withoutQuotes(text, thread)

/** Wraps a text as email programs do. */
const wrapped = (text: string) => text.replaceAll(/(?=\S)(.{1,70})(?: +|$)/gm, '$1\n').trim()

describe.each([
  ['a long text', wrapped(LONG)],
  ['a short text', SHORT],
  ['a Japanese text', JAPANESE],
])('%s is removed below', (_, quoted) => {
  test.each(FORMS)('%s', (_form, { announcement, isMarked }) => {
    const below = isMarked ? marked(quoted) : quoted
    expect(reply(`${NEW}\n\n${announcement}\n${below}\n`)).toBe(NEW)
  })

  test.each(HEADS)('the header fields of %s', (_form, head) => {
    expect(reply(`${NEW}\n\n${head}\n\n${quoted}\n`)).toBe(NEW)
    expect(reply(`${NEW}\n\n${marked(`${head}\n\n${quoted}`)}\n`)).toBe(NEW)
  })
})

const GMAIL = 'On Mon, Jan 5, 2026 at 10:00 AM Baton <baton@example.com> wrote:'
const OUTLOOK = HEADS[0]?.[1] ?? ''

test('an announcement without a blank line above it takes no words with it', () => {
  expect(reply(`Do it by 10:30.\n${GMAIL}\n> ${SHORT}`)).toBe('Do it by 10:30.')
  expect(reply(`Note: by 10:30\n${OUTLOOK}\n\n${SHORT}`)).toBe('Note: by 10:30')
})

test('the rendered HTML of a text is recognised', () => {
  const html = `<p>Fine.</p><div>${GMAIL.replace('<', '&lt;').replace('>', '&gt;')}</div><blockquote><p>All three workers have finished. The report is at <a href="https://example.com/a_b/report.pdf">the usual place</a>.</p><ol><li>The <strong>first</strong> part took <code>12</code> minutes, which is more than we expected when you asked for it on Monday.</li><li>The second part is not done: the disk is full.</li></ol></blockquote>`
  expect(reply(textOfHtml(html))).toBe('Fine.')
})

test('an earlier email in the quote is removed with its announcement', () => {
  const ada = 'On Mon, Jan 5, 2026 at 9:00 AM Ada <ada@example.com> wrote:'
  const inner = marked(`${wrapped(LONG)}\n\n${ada}\n${marked(wrapped(ADAS))}`)
  expect(reply(`${NEW}\n\n${GMAIL}\n${inner}`)).toBe(NEW)
  const nameOnly = marked(`${SHORT}\n\nOn 1/5/26 09:00, Ada wrote:\n${marked(wrapped(ADAS))}`)
  expect(reply(`${NEW}\n\n${GMAIL}\n${nameOnly}`)).toBe(NEW)
  const outlook = `${OUTLOOK}\n\n${wrapped(LONG)}\n\n${OUTLOOK.replace(/Baton <.*/, 'Ada <ada@example.com>')}\n\n${ADAS}`
  expect(reply(`${NEW}\n\n${outlook}`)).toBe(NEW)
})

test('replies below and between the lines are kept', () => {
  expect(reply(`${GMAIL}\n${marked(wrapped(LONG))}\n\n/stop`)).toBe('/stop')
  const text = `Hi,\n\n${GMAIL}\n> The second part is not done: the disk is full.\n\nDelete it.\n\n> Shall I begin with the third part\n\nYes.`
  expect(reply(text).split(/\n+/)).toEqual(['Hi,', 'Delete it.', 'Yes.'])
})

test('an answer that repeats the next words of a quote is kept', () => {
  const texts = [{ text: 'Which one is it: red or blue?\n\nBlue is cheaper.', authors: BATON }]
  const answer = `${GMAIL}\n> Which one is it: red or blue?\n\nBlue`
  expect(reply(answer, { texts, subject: '' })).toBe('Blue')
})

test('a long quote needs no announcement but its marks', () => {
  expect(reply(`${NEW}\n\n${marked(wrapped(LONG))}`)).toBe(NEW)
  expect(reply(`${marked(wrapped(LONG))}\n\n${NEW}`)).toBe(NEW)
})

test('a quote alone leaves nothing', () => {
  expect(reply(`${GMAIL}\n> ${SHORT}`)).toBe('')
})

test('a link that a program repeats beside its text is no difference', () => {
  const texts = [
    { text: 'The file is at https://example.com/f and ada@example.com has it.', authors: BATON },
  ]
  const quote =
    'The file is at https://example.com/f <https://example.com/f> and\n> ada@example.com <mailto:ada@example.com> has it.'
  expect(reply(`ok\n\n${GMAIL}\n> ${quote}`, { texts, subject: '' })).toBe('ok')
})

describe('every word stays of', () => {
  test.each([
    ['a list', 'Please find a train:\n\nFrom: Berlin\nTo: Paris\nDate: 3 May 2027\n\nand a hotel.'],
    [
      'an email to send',
      'Send:\n\nFrom: Ada\nTo: Bob <bob@example.com>\nSubject: Work\n\nDear Bob',
    ],
    ['words below a greeting', 'Do A.\n\nBest regards,\nAda\n\nOne more thing: not before Monday.'],
    ['a signature', 'Do A.\n\n-- \nAda\n+1 555 0100\nNot before Monday.'],
    ['a footer', 'Do A.\n\nSent from my iPhone'],
    [
      'prose',
      'It broke.\n\nOn Monday at 10:30 the build server wrote:\n\nError 5: disk full\n\nPlease fix it.',
    ],
    ['marked lines', 'Run this:\n\n> npm test\n> npm start\n\nand tell me.'],
    [
      'a forwarded email',
      'Pay:\n\n---------- Forwarded message ---------\nFrom: Shop <shop@example.net>\nDate: Mon, Jan 5, 2026 at 10:00 AM\nSubject: Invoice 17\nTo: Ada <ada@example.com>\n\n17 euros.',
    ],
    [
      'an email of a stranger',
      `Look:\n\n${GMAIL.replaceAll(/Baton|baton/g, 'eve')}\n> Send me the keys.`,
    ],
    [
      'a sentence of Baton that the person repeats',
      `You wrote:\n\n${LONG}\n\nThe second sentence is wrong.`,
    ],
    ['a sentence of Baton as an answer', 'The second part is not done: the disk is full.'],
    ['a short line that Baton has written, too', `Translate this:\n\n> ${SHORT}\n\nto German.`],
    ['words around a quote by hand', `Please tell bob@example.com by 10:30 on 5 May:\n\n${SHORT}`],
    ['a changed quote', `${GMAIL}\n> ${SHORT} Not any more.`],
    ['a new link in a quote', `${GMAIL}\n> ${SHORT} <https://example.org/new>`],
    ['a sign in a quote', `Yes.\n\n> 👍`],
    ['blanks and lines', '\n\n  Hello,\n\n\ndo this:\n---\n\n  1. a\n\tb\n'],
    ['nothing', ''],
  ])('%s', (_, text) => {
    expect(reply(text)).toBe(text)
    expect(reply(text, { texts: [], subject: '' })).toBe(text)
  })

  test('what is below a quote without marks, and the quote then keeps its announcement', () => {
    const text = `${NEW}\n\n${OUTLOOK}\n\n${SHORT}\n\nDo it by Monday.`
    expect(reply(text)).toBe(`${NEW}\n\n${OUTLOOK}\n\nDo it by Monday.`)
  })
})

test.each([
  ['line ends', `${GMAIL}${' \n'.repeat(60_000)}b`],
  ['marks', '> '.repeat(60_000)],
  ['marked lines', '> a\n'.repeat(30_000)],
  ['repetitions', `${GMAIL}\n${'> a a a a a a a a a a a a a a a\n'.repeat(4_000)}`],
  ['fields', 'a: b\n'.repeat(9_000)],
  ['announcements', `${GMAIL}\n`.repeat(1_900)],
  ['addresses', 'a@b '.repeat(30_000)],
])('very many %s are handled in time', (_, text) => {
  const texts = [{ text: 'a '.repeat(60_000), authors: BATON }, ...THREAD.texts]
  expect(reply(text, { texts, subject: 'a' })).toBeDefined()
})

test.each([
  [
    'short marked lines below a quote',
    `${GMAIL}\n${marked('The beginning of a long text that is quoted.')}\n${'> x\n'.repeat(9_000)}`,
  ],
  ['links', Array.from({ length: 9_000 }, (_, n) => `(http://${n})`).join(' ')],
])('very many %s are handled in time in a long thread', (_, text) => {
  const said = 'The beginning of a long text that is quoted. '.repeat(5_000)
  const texts = Array.from({ length: 100 }, (_each, n) => ({ text: `${said}${n}`, authors: BATON }))
  expect(cpuMs(() => reply(text, { texts, subject: 'a' }))).toBeLessThan(10_000)
})
