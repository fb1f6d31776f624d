/** Which messages wait for approval, and what the person is shown. */
import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { expect, test } from 'vitest'
import type { ReturnAddress } from '../../../src/channels/index.ts'
import {
  approvalQuestion,
  needsApproval,
  recipientName,
  withMessage,
} from '../../../src/core/approval.ts'
import { type ApprovalMode, approvalMode } from '../../../src/core/approval-mode.ts'
import { hasRoom } from '../../../src/core/question.ts'

const DAN: ReturnAddress = { channel: 'email', address: 'dan@example.com', subject: 'News' }
const ADA: ReturnAddress = { channel: 'email', address: 'ada@example.com', subject: 'Re: Hello' }
const BOB: ReturnAddress = { channel: 'sms', address: '+15550101' }
const FILE = { key: 'artifacts/main/w1/1.1/out.txt', name: 'out.txt', size: 2 }

const text = (given = {}) => ({ to: DAN, files: [], replyTo: [ADA], approved: [], ...given })

test.each<[what: string, sending: ReturnType<typeof text>, modes: readonly ApprovalMode[]]>([
  ['the first text', text(), ['first', 'always']],
  ['the first text of somebody who wrote over HTTP', text({ replyTo: [] }), ['first', 'always']],
  ['a later text', text({ approved: [recipientName(DAN)] }), ['always']],
  [
    'a text after one to somebody else',
    text({ approved: [recipientName(BOB)] }),
    ['first', 'always'],
  ],
  ['a first SMS', text({ to: BOB }), ['first', 'always']],
  ['the first files', text({ files: [FILE] }), ['first', 'files', 'always']],
  [
    'later files',
    text({ files: [FILE], approved: [recipientName(DAN)] }),
    ['first', 'files', 'always'],
  ],
  ['a text to the person who asked', text({ to: { ...ADA, subject: 'Another' } }), []],
  ['files to the person who asked', text({ to: ADA, files: [FILE] }), []],
  ['a text to one of several who asked', text({ to: BOB, replyTo: [ADA, BOB] }), []],
])('%s waits in the right modes', (_, sending, modes) => {
  expect(approvalMode.options.filter((mode) => needsApproval(mode, sending))).toEqual(modes)
})

const ask = (to: ReturnAddress, files = [FILE]) =>
  approvalQuestion({ commandId: 't1.0', seq: 2, to, files, sha256: 'ab' })

test('the question shows the recipient, the subject and the files, and its notice the whole text', () => {
  const question = ask(DAN)
  expect(question).toEqual({
    kind: 'approval',
    choices: ['yes', 'no'],
    default: 'no',
    delivery: { commandId: 't1.0', seq: 2, to: DAN, files: [FILE], sha256: 'ab' },
    text: [
      'May this email be sent to `dan@example.com`?',
      'Subject: `News`',
      'Files:',
      '- `out.txt` (2 bytes)',
    ].join('\n\n'),
  })
  expect(withMessage(question.text, 'It is **done**.')).toBe(
    `${question.text}\n\nThe message, to its end:\n\n\`\`\`\`\nIt is **done**.\n\`\`\`\``,
  )
  expect(ask(BOB, []).text).toBe('May this SMS be sent to `+15550101`?')
  expect(withMessage('x', '')).toBe('x\n\nThe message has no text.')
  expect(withMessage('x', undefined)).toContain('no longer stored')
})

test('nothing in a message reads like a part of the question', () => {
  const markdown = new MarkdownIt({ html: false })
  const piece = fc.constantFrom(
    '`',
    '```',
    '````',
    '\n',
    ' ',
    'yes',
    '> ',
    '~~~',
    '# ',
    '- ',
    '<b>',
  )
  const content = fc.array(piece, { minLength: 1, maxLength: 30 }).map((all) => all.join(''))
  fc.assert(
    fc.property(content, content, (subject, body) => {
      const text = withMessage(ask({ ...DAN, subject }, []).text, body)
      const tokens = markdown.parse(text, {})
      const blocks = tokens.filter(({ type }) => !/^(paragraph|inline)/.test(type))
      expect(blocks).toMatchObject([{ type: 'fence', content: `${body}\n` }])
      const inline = tokens.flatMap(({ children }) => children ?? []).map(({ type }) => type)
      expect(new Set(inline)).toEqual(new Set(['text', 'code_inline']))
    }),
  )
})

test('the item has room for nine open questions, and for fewer with the longest names', () => {
  const open = (files: readonly (typeof FILE)[], count: number) =>
    Array.from({ length: count }, (_, i) => ({
      ...ask(DAN, [...files]),
      id: `q${i + 1}`,
      seq: i + 1,
      askedAt: '2026-01-01T00:00:00.000Z',
      expiresAt: 0,
      about: [],
      asked: [],
    }))
  const many = Array.from({ length: 20 }, () => {
    const name = '\u{20000}'.repeat(100)
    return { key: `artifacts/main/w1/1.1/${name}`, name, size: 2 }
  })
  expect(hasRoom(open([FILE], 8), ask(DAN, []))).toBe(true)
  expect(hasRoom(open([FILE], 9), ask(DAN, []))).toBe(false)
  expect(hasRoom(open(many, 4), ask(DAN, many))).toBe(true)
  expect(hasRoom(open(many, 7), ask(DAN, many))).toBe(false)
})
