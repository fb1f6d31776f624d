/** Posts of SendGrid's Inbound Parse in both modes, and emails as email programs write them. */

export const BOUNDARY = 'xYzZY'
export const CONTENT_TYPE = `multipart/form-data; boundary=${BOUNDARY}`

/** A part of a form: its text or bytes, and the parameters after the name in its header. */
export type Part = string | Uint8Array | { content: string | Uint8Array; header: string }

const bytes = (content: string | Uint8Array) => Buffer.from(content as string)

/** Returns multipart/form-data of these parts; two parts may have the same name. */
export function form(parts: readonly (readonly [name: string, part: Part])[]): Buffer {
  const chunks = parts.flatMap(([name, part]) => {
    const { content, header } =
      typeof part === 'object' && 'header' in part ? part : { content: part, header: '' }
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${header}\r\n\r\n`
    return [Buffer.from(head), bytes(content), Buffer.from('\r\n')]
  })
  return Buffer.concat([...chunks, Buffer.from(`--${BOUNDARY}--\r\n`)])
}

export type Fields = Readonly<Record<string, Part | undefined>>

const present = (fields: Fields) =>
  Object.entries(fields).filter((entry): entry is [string, Part] => entry[1] !== undefined)

const ENVELOPE = JSON.stringify({ to: ['baton@in.example.com'], from: 'ann@example.com' })

/** Returns a post with `send_raw`: the whole email. Fields of `more` that are undefined are omitted. */
export const rawPost = (email: string | Uint8Array, more: Fields = {}): Buffer =>
  form(
    present({
      email: typeof email === 'string' ? crlf(email) : email,
      dkim: '{@example.com : pass}',
      to: 'baton@in.example.com',
      from: 'Ann <ann@example.com>',
      sender_ip: '192.0.2.7',
      envelope: ENVELOPE,
      subject: 'Hello',
      charsets: '{"to":"UTF-8","subject":"UTF-8","from":"UTF-8"}',
      SPF: 'pass',
      ...more,
    }),
  )

/** Returns a post without it: the fields that SendGrid extracts from an email. */
export const parsedPost = (more: Fields = {}): Buffer =>
  form(
    present({
      headers: crlf(HEADERS),
      dkim: '{@example.com : pass}',
      'content-ids': '{}',
      to: 'baton@in.example.com',
      text: 'Hello Baton,\r\nall is well.\r\n',
      html: '<p>Hello Baton</p>',
      from: 'Ann <ann@example.com>',
      sender_ip: '192.0.2.7',
      envelope: ENVELOPE,
      attachments: '0',
      subject: 'Hello',
      charsets: '{"to":"UTF-8","subject":"UTF-8","from":"UTF-8","text":"utf-8","html":"utf-8"}',
      SPF: 'pass',
      ...more,
    }),
  )

export const crlf = (text: string) => text.replaceAll(/\r?\n/g, '\r\n')

export const HEADERS = `Received: by mx.example.com; Mon, 23 Nov 2026 10:00:00 +0000
Message-ID: <m3@mail.example.com>
In-Reply-To: <m2@in.example.com>
References: <m1@mail.example.com>
\t<m2@in.example.com>
Subject: Hello
From: Ann <ann@example.com>
To: Baton <baton@in.example.com>
`

/** Returns an email with one part of text. */
export const plainEmail = (text: string, headers = HEADERS) =>
  `${headers}Content-Type: text/plain; charset=utf-8\n\n${text}`

export interface MimePart {
  readonly headers: string
  readonly body: string
}

/** Returns an email with several parts. */
export const multipartEmail = (kind: string, parts: readonly MimePart[], headers = HEADERS) =>
  `${headers}MIME-Version: 1.0
Content-Type: multipart/${kind}; boundary="=_b1"

${parts.map(({ headers: own, body }) => `--=_b1\n${own}\n\n${body}\n`).join('')}--=_b1--
`
