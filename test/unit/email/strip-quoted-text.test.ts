/** Keeps the new text of a reply, whatever the quoting style. In doubt a quote is kept, so no word is lost. */
import { describe, expect, test } from 'vitest'
import { stripQuotedText } from '../../../src/channels/email/strip-quoted-text.ts'

const NEW = 'Yes, please do.\n\n  - indented\n    more\n\nThis week.'
const OLD = 'Shall I begin?\n\nBaton'
const QUOTED = '> Shall I begin?\n>\n> Baton'

describe('the new text is kept from', () => {
  test.each([
    [
      'Gmail',
      `${NEW}\n\nOn Mon, Nov 23, 2026 at 10:00 AM Baton <baton@in.example.com> wrote:\n\n${QUOTED}\n`,
    ],
    [
      'Gmail, wrapped',
      `${NEW}\n\nOn Mon, 23 Nov 2026 at 10:00, Baton the Conductor\n<baton@in.example.com> wrote:\n\n${QUOTED}`,
    ],
    [
      'Gmail, wrapped twice',
      `${NEW}\n\nOn Mon, 23 Nov 2026 at 10:00, Baton the Conductor\n<baton@in.example.com>\nwrote:\n\n${QUOTED}`,
    ],
    [
      'Gmail de',
      `${NEW}\n\nAm Mo., 23. Nov. 2026 um 10:00 Uhr schrieb Baton <baton@in.example.com>:\n\n${QUOTED}`,
    ],
    [
      'Gmail de, wrapped',
      `${NEW}\n\nAm Mo., 23. Nov. 2026 um 10:00 Uhr schrieb Baton der Dirigent <\nbaton@in.example.com>:\n\n${QUOTED}`,
    ],
    [
      'Gmail fr',
      `${NEW}\n\nLe lun. 23 nov. 2026 à 10:00, Baton <baton@in.example.com> a écrit :\n\n${QUOTED}`,
    ],
    [
      'Gmail without marks',
      `${NEW}\n\nOn Mon, Nov 23, 2026 at 10:00 AM Baton <baton@in.example.com> wrote:\n\n${OLD}`,
    ],
    [
      'Outlook with a line',
      `${NEW}\n\n________________________________\nFrom: Baton <baton@in.example.com>\nSent: Monday, November 23, 2026 10:00 AM\nTo: Ann <ann@example.com>\nSubject: Re: Work\n\n${OLD}`,
    ],
    [
      'Outlook without a line',
      `${NEW}\n\nFrom: Baton <baton@in.example.com>\nSent: Monday, November 23, 2026 10:00 AM\nTo: Ann\nSubject: Re: Work\n\n${OLD}`,
    ],
    [
      'Outlook within a company',
      `${NEW}\n\nVon: Baton\nGesendet: Montag, 23. November 2026 10:00\nAn: Ann\nBetreff: AW: Arbeit\n\n${OLD}`,
    ],
    ['an old Outlook', `${NEW}\n\n-----Original Message-----\nFrom: Baton\nSent: Monday\n\n${OLD}`],
    ['an old Outlook de', `${NEW}\n\n-----Ursprüngliche Nachricht-----\nVon: Baton\n\n${OLD}`],
    [
      'Apple Mail',
      `${NEW}\n\n> On 23 Nov 2026, at 10:00, Baton <baton@in.example.com> wrote:\n> \n${QUOTED}`,
    ],
    [
      'Apple Mail de',
      `${NEW}\n\n> Am 23.11.2026 um 10:00 schrieb Baton <baton@in.example.com>:\n> \n${QUOTED}`,
    ],
    [
      'Apple Mail fr',
      `${NEW}\n\n> Le 23 nov. 2026 à 10:00, Baton <baton@in.example.com> a écrit :\n> \n${QUOTED}`,
    ],
    [
      'an iPhone',
      `${NEW}\n\nSent from my iPhone\n\n> On 23 Nov 2026, at 10:00, Baton <baton@in.example.com> wrote:\n> \n${QUOTED}`,
    ],
    [
      'an iPhone de',
      `${NEW}\n\nVon meinem iPhone gesendet\n\n> Am 23.11.2026 um 10:00 schrieb Baton <baton@in.example.com>:\n> \n${QUOTED}`,
    ],
    ['an iPhone pt, where a thread begins', `${NEW}\n\nEnviado do meu iPhone`],
    ['an iPhone it', `${NEW}\n\nInviato da iPhone\n`],
    ['a signature', `${NEW}\n\n-- \nAnn Example\nExample Ltd, +1 555 0100`],
    ['a closing formula', `${NEW}\n\nBest regards,\nAnn`],
    [
      'Windows',
      `${NEW}\n\nOn Mon, Nov 23, 2026 at 10:00 AM Baton <baton@in.example.com> wrote:\n\n${QUOTED}`.replaceAll(
        '\n',
        '\r\n',
      ),
    ],
  ])('%s', (_, text) => {
    expect(stripQuotedText(text)).toBe(NEW)
  })
})

test('replies between the lines are kept', () => {
  const text = `Hi,\n\nOn Mon, Nov 23, 2026 at 10:00 AM Baton <baton@in.example.com> wrote:\n> Red or blue?\n\nRed.\n\n> How many?\n\nSeven.`
  const kept = stripQuotedText(text)
  expect(kept.split(/\n+/)).toEqual(['Hi,', 'Red.', 'Seven.'])
})

describe('nothing is lost of', () => {
  test.each([
    ['a plain email', 'Hello,\n\n\ndo this:\n  1. a\n\tb'],
    ['lines that begin with >', 'Run this:\n\n> npm test\n> npm start\n\nand tell me.'],
    ['lines that people draw', 'First\n\n---\n\nsecond\n\n====\n\nthird\n--\nfourth'],
    ['a table of contents', 'From: now on we meet on Mondays\nTo: be decided\n\nBye'],
    ['an address in the text', 'Please answer\n\nFrom: Bob <bob@example.com>\n\nand nobody else.'],
    ['a quote by hand', 'Hello\n\nOn our site somebody wrote:\n\nThe 3 doors do not open.'],
    ['a postscript', 'Do it.\n\nRegards,\nAnn\n\nPS: not before Monday'],
    [
      'a long text behind a greeting',
      `Hello\n\nCheers,\n\n${'All of this counts. '.repeat(40).trim()}`,
    ],
    ['a signature alone', 'Sent from my iPhone'],
    [
      'a forwarded email of Gmail',
      'See below\n\n---------- Forwarded message ---------\nFrom: Bob <bob@example.com>\n\nHi',
    ],
    ['a long line', `On ${'a b '.repeat(2000).trim()}\n\nEnd`],
    ['nothing', ''],
  ])('%s', (_, text) => {
    expect(stripQuotedText(text)).toBe(text)
  })

  test("except for a quote alone, which is another person's text", () => {
    const text = '> On 23 Nov 2026, at 10:00, Ann <ann@example.com> wrote:\n> Hello'
    expect(stripQuotedText(text)).toBe('')
  })

  test.each([['Fwd: Work'], ['FW: Work']])('what is passed on as %j', (subject) => {
    const text =
      'See below\n\nFrom: Bob <bob@example.com>\nSent: Monday\nTo: Ann\nSubject: Work\n\nHi'
    expect(stripQuotedText(text, subject)).toBe(text)
    expect(stripQuotedText(text, 'Re: Work')).toBe('See below')
    expect(stripQuotedText(text, `Re: ${subject}`)).toBe('See below')
  })
})

test.each([
  ['lines', 'short\n'.repeat(500)],
  ['characters', `${'x'.repeat(240)}\n`.repeat(100)],
])('text after the %s that are parsed is kept', (_, long) => {
  const text = `${long}\n-- \nAnn`
  expect(stripQuotedText(text)).toBe(text)
})

test.each([
  ['blanks', `On ${' '.repeat(200_000)}`],
  ['line ends', `a${' \n'.repeat(200_000)}b`],
  ['beginnings', `On ${'a <'.repeat(70_000)}`],
  ['middles', ' on at wrote'.repeat(20_000)],
  ['middles in a short text', ' on at wrote'.repeat(1600)],
  ['ends in short lines', `${'Op x\n'.repeat(200)}${`${'schreef x '.repeat(20)}\n`.repeat(90)}`],
  ['ends', `${'Op x\n'.repeat(300)}${' schreef x'.repeat(2000)}`],
  ['footers', 'Sent from my iPhone\n'.repeat(10_000)],
  ['marks', '> '.repeat(100_000)],
])('very many %s are handled in time', (_, text) => {
  expect(stripQuotedText(text)).not.toBe('')
})
