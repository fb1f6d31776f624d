/** What a mail is once it has been read: the same from both modes of SendGrid's Inbound Parse. */

export interface InboundEmail {
  /** What the sending server said to the receiving one; `from` is empty for bounces. */
  readonly envelope: { readonly from: string; readonly to: readonly string[] }
  /** Every address that the mail says it is from, in lower case: there may be two, of which one is false. */
  readonly from: readonly EmailAddress[]
  /** The recipients that the mail shows, in lower case. */
  readonly to: readonly string[]
  readonly subject: string
  /** With angle brackets. */
  readonly messageId?: string
  /** Of References, or else of In-Reply-To; with angle brackets, oldest first (RFC 5322, 3.6.4). */
  readonly references: readonly string[]
  readonly inReplyTo?: string
  /** The first value under this name, in any case; unfolded, and with its encoded words as they are. */
  readonly header: (name: string) => string | undefined
  /** The plain text, or else the HTML as text, without what it hides. */
  readonly text: string
  /** Also the images within the text. */
  readonly attachments: readonly EmailAttachment[]
  /** SendGrid's verdict in lower case: `pass`, `fail`, `softfail`, …; empty when it gave none. */
  readonly spf: string
  /** SendGrid's verdict on each signature. */
  readonly dkim: readonly { readonly domain: string; readonly result: string }[]
}

export interface EmailAddress {
  readonly address: string
  readonly name: string
}

export interface EmailAttachment {
  /** As sent: it may be empty, or a path. */
  readonly name: string
  readonly type: string
  readonly content: Uint8Array
}

/** Not a mail as SendGrid posts it: it will not be one the next time either. */
export class UnreadableEmail extends Error {
  override readonly name = 'UnreadableMail'
}
