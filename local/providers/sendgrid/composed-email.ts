/** An email as a person composes it. */
export interface EmailAttachment {
  readonly name: string
  readonly type: string
  readonly content: Buffer
}

/** An email to be composed. */
export interface ComposedEmail {
  readonly from: string
  readonly fromName?: string | undefined
  readonly to: string
  /** `from` by default; empty for a bounce. */
  readonly envelopeFrom?: string
  readonly subject: string
  readonly text: string
  readonly html?: string | undefined
  /** With angle brackets, as are the next two; a new one by default. */
  readonly messageId?: string | undefined
  readonly inReplyTo?: string | undefined
  readonly references?: readonly string[] | undefined
  /** Additional headers, such as `Auto-Submitted`. */
  readonly headers?: Readonly<Record<string, string>>
  readonly attachments?: readonly EmailAttachment[] | undefined
  /** Charset of text and HTML, which reach a webhook as raw bytes. */
  readonly charset?: 'utf-8' | 'iso-8859-1'
}
