/** A parsed email: the same for both modes of SendGrid's Inbound Parse. */

export interface InboundEmail {
  /** The SMTP envelope. `from` is empty for bounces. */
  readonly envelope: { readonly from: string; readonly to: readonly string[] }
  /** Every From address, in lower case. There may be several, one of them forged. */
  readonly from: readonly EmailAddress[]
  /** The visible recipients, in lower case. */
  readonly to: readonly string[]
  readonly subject: string
  /** With angle brackets. */
  readonly messageId?: string
  /** Ids from References, or else from In-Reply-To; with angle brackets, oldest first (RFC 5322, 3.6.4). */
  readonly references: readonly string[]
  readonly inReplyTo?: string
  /** Returns the first value of a header, unfolded, with encoded words left as they are. Names ignore case. */
  readonly header: (name: string) => string | undefined
  /** All headers, with names in lower case. A header may be there several times. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  /** The plain text, or else the HTML as text, without hidden parts. */
  readonly text: string
  /** Includes images within the text. */
  /** At most the first 50. */
  readonly attachments: readonly EmailAttachment[]
  /** How many the email has, if there are more than these. */
  readonly attachmentCount?: number
  /** SendGrid's SPF verdict in lower case: `pass`, `fail`, `softfail`, …; empty if there is none. */
  readonly spf: string
  /** SendGrid's verdict on each DKIM signature. */
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

/** The post is not an email in SendGrid's format. Trying again would not help. */
export class UnreadableEmail extends Error {
  override readonly name = 'UnreadableEmail'
}
