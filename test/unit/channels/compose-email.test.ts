/** An outgoing email stays in its thread and is harmless to its reader. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EmailReturn } from '../../../src/channels/email/channel.ts'
import { composeEmail } from '../../../src/channels/email/compose.ts'

const TO: EmailReturn = {
  channel: 'email',
  address: 'ann@example.org',
  subject: 'Re: Größe',
  messageId: '<q2@example.org>',
  references: ['<q1@example.org>', '<a1@example.com>'],
}
const email = (text = 'Done.', more: Partial<Parameters<typeof composeEmail>[0]> = {}) =>
  composeEmail({
    from: { email: 'baton@example.com', name: 'Baton' },
    to: TO,
    text,
    messageId: '<a2@example.com>',
    customId: 'delivery-1',
    ...more,
  })
const htmlOf = (text: string) => email(text).content[1]?.value ?? ''

test('the whole email', () => {
  const attachments = [
    { name: 'a.csv', type: 'text/csv; charset=utf-8', content: Buffer.from('ä') },
    { name: 'empty.txt', type: 'text/plain', content: Buffer.alloc(0) },
  ]
  expect(email('**Done**', { attachments })).toEqual({
    personalizations: [{ to: [{ email: 'ann@example.org' }] }],
    from: { email: 'baton@example.com', name: 'Baton' },
    subject: 'Re: Größe',
    content: [
      { type: 'text/plain', value: '**Done**' },
      {
        type: 'text/html',
        value: '<!doctype html>\n<html><body>\n<p><strong>Done</strong></p>\n</body></html>\n',
      },
    ],
    headers: {
      'Message-ID': '<a2@example.com>',
      'In-Reply-To': '<q2@example.org>',
      References: '<q1@example.org> <a1@example.com> <q2@example.org>',
      'Auto-Submitted': 'auto-replied',
      'X-Auto-Response-Suppress': 'All',
    },
    custom_args: { baton: 'delivery-1' },
    tracking_settings: {
      click_tracking: { enable: false, enable_text: false },
      open_tracking: { enable: false },
    },
    attachments: [
      { content: 'w6Q=', filename: 'a.csv', type: 'text/csv', disposition: 'attachment' },
    ],
  })
})

test('an email that begins a thread', () => {
  const { messageId: _id, references: _references, ...to } = TO
  const { headers, attachments } = email('Done.', { to })
  expect(headers).not.toHaveProperty('In-Reply-To')
  expect(headers).not.toHaveProperty('References')
  expect(attachments).toBeUndefined()
})

test('in a long thread, References has its beginning and its end, each email once', () => {
  const references = Array.from({ length: 50 }, (_, index) => `<${index}@example.org>`)
  const { headers } = email('', { to: { ...TO, references } })
  const ids = headers.References?.split(' ') ?? []
  expect(ids).toEqual(['<0@example.org>', ...references.slice(31), TO.messageId])
  const again = email('', { to: { ...TO, references: ['<q2@example.org>'] } })
  expect(again.headers.References).toBe('<q2@example.org>')
})

test.each([
  ['a script', '<script>alert(1)</script>'],
  ['a picture', '<img src=x onerror=alert(1)>'],
  ['a pixel', '![p](https://evil.example.net/p.png)'],
  ['a pixel by reference', '![p][1]\n\n[1]: https://evil.example.net/p.png'],
  ['a link that acts', '[x](javascript:alert(1))'],
  ['a link that acts, hidden', '[x](&#106;avascript:alert(1)) [x](JaVaScRiPt:alert(1))'],
  ['a link of data', '[x](data:text/html;base64,PHNjcmlwdD4=)'],
  ['a link that acts, in angles', '<javascript:alert(1)> <vbscript:x> <file:///etc/passwd>'],
  ['a link of another program', '[x](ms-word:ofe) [x](data:image/png;base64,AA) [x](/here)'],
  ['a quote in a title', '[x](https://example.com "a\\" onclick=\\"alert(1)")'],
  ['a style', '<style>*{display:none}</style><iframe src="https://evil.example.net">'],
  ['a comment', '<!-- </body></html> -->'],
  ['a language of code', '```"><script>alert(1)</script>\nx\n```'],
])('%s in the text has no effect', (_, text) => {
  const body = htmlOf(text).replace(/^<!doctype html>\n<html><body>|<\/body><\/html>\n$/g, '')
  const tags = [...body.matchAll(/<\/?([a-z!]+)([^>]*)>/gi)].map(([tag]) => tag)
  for (const tag of tags)
    expect(tag).toMatch(
      /^<(\/?(p|a|pre|code|br)|br|a href="(https?:\/\/|mailto:)[^"<>]*"( title="[^"<>]*")?|code class="[^"<>]*")>$/,
    )
  expect(body).not.toMatch(/<(script|img|style|iframe)/i)
})

test('ordinary links are kept, and lines too', () => {
  const html = htmlOf(
    'see https://example.com/a_b?x=1&y=2\n[log](https://example.com/l) ann@example.org',
  )
  expect(html).toContain('<a href="https://example.com/a_b?x=1&amp;y=2">')
  expect(html).toContain('<br>')
  expect(html).toContain('<a href="https://example.com/l">log</a>')
  expect(html).toContain('<a href="mailto:ann@example.org">')
})

// `README.md` and `run.sh` look like domains, and a link would lead to their owners.
test('a file name is not a link', () => {
  expect(htmlOf('README.md, run.sh and www.example.com')).not.toContain('<a ')
})

test('nothing can end a header or begin another', () => {
  const evil = 'x\r\nBcc: eve@example.net\n\n\u2028\u0000y'
  const { headers, subject, from, personalizations, attachments } = email('', {
    from: { email: evil, name: evil },
    to: {
      ...TO,
      subject: evil,
      address: evil,
      messageId: evil,
      references: [evil, '<ok@example.org>'],
    },
    messageId: evil,
    attachments: [{ name: evil, type: evil, content: Buffer.from('x') }],
  })
  const composed = JSON.stringify({ headers, subject, from, personalizations, attachments })
  expect(composed).not.toMatch(/\\[rnu]/)
  expect(composed).not.toContain('\u2028')
  expect(subject).toBe('x Bcc: eve@example.net y')
  expect(headers['In-Reply-To']).toBeUndefined()
  expect(headers.References).toBe('<ok@example.org>')
  expect(attachments?.[0]?.type).toBe('application/octet-stream')
})

test('neither subject nor text may be empty', () => {
  const { subject, content } = email('', { to: { ...TO, subject: '\r\n' } })
  expect(subject).toBe('(no subject)')
  for (const { value } of content) expect(value).not.toBe('')
})

test('whatever the text, there are no pictures, no actions and only http links', () => {
  const unit = fc.oneof(
    fc.constantFrom(
      '[',
      '](',
      ')',
      '![',
      '<',
      '>',
      '"',
      'javascript:',
      'data:',
      '&#x6a;',
      '`',
      '\n',
      'src=x',
      '\\',
      'a',
      'img',
      ' ',
    ),
    fc.string({ maxLength: 3 }),
  )
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 30 }), (units) => {
      const html = htmlOf(units.join(''))
      expect(html).not.toMatch(/<(img|script)/i)
      for (const [, href] of html.matchAll(/<a href="([^"]*)"/g))
        expect(href).toMatch(/^$|^(https?:\/\/|mailto:)/i)
      expect(html.replace(/"[^"]*"/g, '')).not.toMatch(/<[a-z]+ [^>]*\bon\w+=/i)
    }),
    { numRuns: 500 },
  )
})
