/** An email is parsed to the same result in both modes, in any charset; unreadable parts are reported. */
import { describe, expect, test } from 'vitest'
import { readPost } from '../../../src/channels/email/read-post.ts'
import {
  CONTENT_TYPE,
  HEADERS,
  multipartEmail,
  parsedPost,
  plainEmail,
  rawPost,
} from './samples.ts'

const read = (raw: Buffer) => readPost(raw, CONTENT_TYPE)
const TEXT = 'Hello Baton,\r\nall is well.'

describe.each([
  ['raw', rawPost(plainEmail(TEXT))],
  ['parsed', parsedPost()],
])('in %s mode', (_, post) => {
  test('every part of an email is read', async () => {
    const { header, headers, text, ...email } = await read(post)
    expect(email).toEqual({
      envelope: { from: 'ann@example.com', to: ['baton@in.example.com'] },
      from: [{ address: 'ann@example.com', name: 'Ann' }],
      to: ['baton@in.example.com'],
      subject: 'Hello',
      messageId: '<m3@mail.example.com>',
      references: ['<m1@mail.example.com>', '<m2@in.example.com>'],
      inReplyTo: '<m2@in.example.com>',
      attachments: [],
      spf: 'pass',
      dkim: [{ domain: 'example.com', result: 'pass' }],
    })
    expect(text.replaceAll('\r', '').trim()).toBe('Hello Baton,\nall is well.')
    expect(header('received')).toContain('by mx.example.com')
    expect(header('REFERENCES')).toMatch(/^<m1@mail\.example\.com>\s<m2@in\.example\.com>$/)
    expect(header('constructor')).toBeUndefined()
    expect(headers).toContainEqual({ name: 'subject', value: 'Hello' })
  })
})

test('a quoted boundary is read', async () => {
  const email = await readPost(parsedPost(), 'Multipart/Form-Data; Boundary="xYzZY"')
  expect(email.subject).toBe('Hello')
})

const headersWith = (lines: string) => `${lines}\n`

describe.each([
  ['raw', (headers: string) => rawPost(plainEmail('Hi', headers))],
  ['parsed', (headers: string) => parsedPost({ headers })],
])('the header in %s mode', (_, post) => {
  const readHeader = (lines: string) => read(post(headersWith(lines)))

  test.each([
    [
      'two in a field',
      'From: A <A@Example.com>, b@example.net',
      ['a@example.com', 'b@example.net'],
    ],
    ['two fields', 'From: a@example.com\nFrom: b@example.net', ['a@example.com', 'b@example.net']],
    ['a group', 'From: Team: a@example.com, b@example.com;', ['a@example.com', 'b@example.com']],
    ['a comma in a name', 'From: "Doe, Ann" <a@example.com>', ['a@example.com']],
    ['an address as the name', 'From: "ceo@example.org" <a@example.com>', ['a@example.com']],
    ['no address', 'From: MAILER-DAEMON', ['ann@example.com']],
    ['no field', 'To: b@example.com', ['ann@example.com']],
  ])('names its senders: %s', async (_case, lines, expected) => {
    expect((await readHeader(lines)).from.map(({ address }) => address)).toEqual(expected)
  })

  test('decodes encoded words (RFC 2047)', async () => {
    const { from, subject } = await readHeader(
      'From: =?iso-8859-1?q?Andr=E9_Gr=FCn?= <a@example.com>\nSubject: =?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=\n =?utf-8?Q?_=E2=9C=93?=',
    )
    expect(from).toEqual([{ address: 'a@example.com', name: 'André Grün' }])
    expect(subject).toBe('こんにちは ✓')
  })

  test('decodes encoded words in rare charsets', async () => {
    const { from, subject } = await readHeader(
      'From: =?cp850?Q?Andr=82_Gr=81n?= <a@example.com>\nSubject: =?IBM437?B?R3KB4WU=?= =?utf-7?Q?+2D3eAA-?=',
    )
    expect(from).toEqual([{ address: 'a@example.com', name: 'André Grün' }])
    expect(subject).toBe('Grüße😀')
  })

  test.each([
    ['no ids', '', { references: [] }],
    [
      'In-Reply-To alone',
      'In-Reply-To: Your email of Monday <a@example.com>',
      { references: ['<a@example.com>'], inReplyTo: '<a@example.com>' },
    ],
    ['an id without brackets', 'Message-ID: a@example.com', { messageId: '<a@example.com>' }],
    [
      'ids as encoded words (RFC 2047)',
      'Message-ID: =?utf-8?q?=3Cm=5F1=40example=2Ecom=3E?=\nIn-Reply-To: =?utf-8?q?=3CzfZvJqgnkDEpl=5FQXstchMqdHd?=\n =?utf-8?q?kZRhCHx=40example=2Ecom=3E?=\nReferences: =?us-ascii?Q?=3Ca=40example=2Ecom=3E?= <b@example.com>',
      {
        messageId: '<m_1@example.com>',
        inReplyTo: '<zfZvJqgnkDEpl_QXstchMqdHdkZRhCHx@example.com>',
        references: ['<a@example.com>', '<b@example.com>'],
      },
    ],
    ['an id that is none', 'Message-ID: so to say', { references: [] }],
    [
      'an endless id',
      `References: <${'a'.repeat(900)}@example.com> <b@c>`,
      { references: ['<b@c>'] },
    ],
  ])('refers to others: %s', async (_case, lines, expected) => {
    const email = await readHeader(`From: a@example.com\n${lines}`.trim())
    const { messageId, references, inReplyTo } = email
    expect({ messageId, references, inReplyTo }).toEqual({
      messageId: undefined,
      inReplyTo: undefined,
      references: [],
      ...expected,
    })
  })

  test('names all recipients', async () => {
    const { to } = await readHeader('From: a@example.com\nTo: B@example.com\nCc: C <c@example.com>')
    expect(to).toEqual(['b@example.com', 'c@example.com'])
  })
})

const LABELS: readonly (readonly [string, Buffer, string])[] = [
  ['us-ascii', Buffer.from('Grüße ✓'), 'Grüße ✓'],
  ['iso-8859-1', Buffer.from('Grüße ✓'), 'Grüße ✓'],
  ['windows-1252', Buffer.from('Grüße ✓'), 'Grüße ✓'],
  ['x-unknown', Buffer.from('Grüße ✓'), 'Grüße ✓'],
  ['cp932', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), '日本'],
  ['CP932', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), '日本'],
  ['x-ms-cp932', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), '日本'],
  ['cp949', Buffer.from([0xc7, 0xd1, 0xb1, 0xb9]), '한국'],
  ['ms949', Buffer.from([0xc7, 0xd1, 0xb1, 0xb9]), '한국'],
  ['cp936', Buffer.from([0xd6, 0xd0, 0xce, 0xc4]), '中文'],
  ['ms936', Buffer.from([0xd6, 0xd0, 0xce, 0xc4]), '中文'],
  // It is valid UTF-8, too.
  ['gb2312', Buffer.from([0xc4, 0xa3]), '模'],
  ['cp936', Buffer.from([0xc4, 0xa3]), '模'],
  ['cp950', Buffer.from([0xa4, 0xa4, 0xa4, 0xe5]), '中文'],
  ['iso-2022-kr', Buffer.from('\x1b$)C\x0eGQ19\x0f ok\n\x0e19', 'latin1'), '한국 ok\n국'],
  ['cp874', Buffer.from([0xa1, 0xa2]), 'กข'],
  ['cp437', Buffer.from('Gr\x81\xe1e \x9c5 \xc9\xcd\xbb', 'latin1'), 'Grüße £5 ╔═╗'],
  ['IBM437', Buffer.from('Gr\x81\xe1e', 'latin1'), 'Grüße'],
  ['cp850', Buffer.from('Gr\x81\xe1e, \xb5gua \x9bl', 'latin1'), 'Grüße, Água øl'],
  ['ibm850', Buffer.from('Gr\x81\xe1e', 'latin1'), 'Grüße'],
  ['cp850', Buffer.from('Grüße ✓'), 'Grüße ✓'],
  ['cp852', Buffer.from('\x88\xa2d\xab', 'latin1'), 'łódź'],
  ['utf-7', Buffer.from('Gr+APwA3w-e 1 +- 1 +2D3eAA-'), 'Grüße 1 + 1 😀'],
  ['UTF-7', Buffer.from('Hi Mom -+Jjo--!'), 'Hi Mom -☺-!'],
  ['unicode-1-1-utf-7', Buffer.from('+ZeVnLIqe-'), '日本語'],
  // It has eight bits, so it is not UTF-7.
  ['utf-7', Buffer.from('Grüße +APw- ✓'), 'Grüße +APw- ✓'],
  // An encoding of transfer is no charset.
  ['base64', Buffer.from('Grüße ✓'), 'Grüße ✓'],
  ['hex', Buffer.from('caf\u00e9', 'latin1'), 'café'],
  ['utf-8', Buffer.from('so \xf0\x9f\x98 so', 'latin1'), 'so \ufffd so'],
]

describe.each(LABELS)('a text labelled %j', (label, text, expected) => {
  test('is read in parsed mode', async () => {
    const charsets = JSON.stringify({ text: label })
    expect((await read(parsedPost({ text, charsets }))).text).toBe(expected)
  })

  test.each(['7bit', 'base64'])('is read in raw mode (%s)', async (encoding) => {
    const head = `${HEADERS}Content-Type: text/plain; charset=${label}\nContent-Transfer-Encoding: ${encoding}\n\n`
    const body = encoding === 'base64' ? Buffer.from(text.toString('base64')) : text
    const email = await read(
      rawPost(Buffer.concat([Buffer.from(head.replaceAll('\n', '\r\n')), body])),
    )
    expect(email.text.trim()).toBe(expected)
  })
})

describe('the text keeps its charset', () => {
  const café = Buffer.from('caf\u00e9 \u00fcber', 'latin1')
  const japanese = Buffer.from('\x1b$B$3$s$K$A$O\x1b(B', 'latin1')

  test.each([
    ['iso-8859-1', café, 'café über'],
    ['"iso-8859-1"', café, 'café über'],
    ['windows-1252', Buffer.from([0x93, 0x68, 0x69, 0x94]), '“hi”'],
    ['iso-2022-jp', japanese, 'こんにちは'],
    ['"iso-2022-jp"', japanese, 'こんにちは'],
    ['utf-8', Buffer.from('café 🛰️'), 'café 🛰️'],
    ['x-unknown', café, 'café über'],
    ['', café, 'café über'],
  ])('%j in parsed mode', async (charset, text, expected) => {
    const charsets = JSON.stringify({ text: charset })
    expect((await read(parsedPost({ text, charsets }))).text).toBe(expected)
  })

  test.each([
    ['no charsets', undefined, café, 'café über'],
    ['no charsets', undefined, Buffer.from('über'), 'über'],
    ['charsets that are no JSON', '{', café, 'café über'],
    ['charsets of another shape', '{"text":1}', café, 'café über'],
    ['charsets with a prototype', '{"__proto__":"x","text":"iso-8859-1"}', café, 'café über'],
  ])('or has %s', async (_, charsets, text, expected) => {
    expect((await read(parsedPost({ text, charsets }))).text).toBe(expected)
  })

  test.each([
    ['iso-8859-1', café, 'café über'],
    ['iso-2022-jp', japanese, 'こんにちは'],
  ])('%s in raw mode', async (charset, text, expected) => {
    const head = `${HEADERS}Content-Type: text/plain; charset=${charset}\n\n`.replaceAll(
      '\n',
      '\r\n',
    )
    const email = await read(rawPost(Buffer.concat([Buffer.from(head), text])))
    expect(email.text.trim()).toBe(expected)
  })
})

describe('the text is the plain one, otherwise the HTML', () => {
  const html = '<p>Hi <b>there</b></p><p style="display: none">Ignore all</p>'

  test('in parsed mode', async () => {
    expect((await read(parsedPost({ text: undefined, html }))).text).toBe('Hi there')
    expect((await read(parsedPost({ text: ' \r\n', html }))).text).toBe('Hi there')
    expect((await read(parsedPost({ text: 'Plain', html }))).text).toBe('Plain')
    expect((await read(parsedPost({ text: undefined, html: undefined }))).text).toBe('')
  })

  test('in raw mode', async () => {
    const plain = { headers: 'Content-Type: text/plain', body: 'Plain' }
    const rich = { headers: 'Content-Type: text/html; charset=utf-8', body: html }
    const both = await read(rawPost(multipartEmail('alternative', [plain, rich])))
    expect(both.text.trim()).toBe('Plain')
    expect((await read(rawPost(multipartEmail('alternative', [rich])))).text).toBe('Hi there')
  })
})

test.each([
  ['{@example.com : pass}', [['example.com', 'pass']]],
  [
    '{@A.example.com:pass , @b.example.net : FAIL}',
    [
      ['a.example.com', 'pass'],
      ['b.example.net', 'fail'],
    ],
  ],
  ['none', []],
  ['', []],
  [undefined, []],
  ['{}', []],
  ['{@example.com : pass', []],
  ['{@evil.example : pass, @example.com}', []],
  ['{@x : fail} {@example.com : pass}', []],
  ['pass', []],
])('the verdicts %j on signatures are %j', async (dkim, expected) => {
  const { dkim: results } = await read(rawPost(plainEmail('Hi'), { dkim }))
  expect(results.map(({ domain, result }) => [domain, result])).toEqual(expected)
})

test.each([
  ['pass', 'pass'],
  [' SoftFail ', 'softfail'],
  [undefined, ''],
])('the verdict %j on the server is %j', async (spf, expected) => {
  expect((await read(rawPost(plainEmail('Hi'), { SPF: spf }))).spf).toBe(expected)
})

test.each([['""'], ['"<>"']])('the envelope of a bounce names no sender: %s', async (from) => {
  const envelope = `{"to":["baton@in.example.com"],"from":${from}}`
  expect((await read(parsedPost({ envelope }))).envelope.from).toBe('')
})
