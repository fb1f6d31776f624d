/** An emulator of SendGrid: accepts emails over its API, and delivers people's emails to a webhook. */
import { type Clock, systemClock } from '../../../packages/local-aws/src/clock.ts'
import { openLoopback } from '../../../packages/local-aws/src/loopback.ts'
import { stoppableClock } from '../../../packages/local-aws/src/stoppable-clock.ts'
import { keepLatest } from '../../keep-latest.ts'
import type { Fault } from '../fault.ts'
import { pause } from '../pause.ts'
import { post } from '../webhook.ts'
import { newAccount, parseSettingOf, type SendGridAccount, signingOf } from './account.ts'
import { answerApi } from './api.ts'
import { acceptEmail, type InboundEmail } from './inbound-email.ts'
import {
  type FormPart,
  multipartForm,
  type ParseMode,
  partsOf,
  type Verdicts,
} from './parse-post.ts'
import { returning, type SentEmail, sentEmails } from './sent-email.ts'
import { newSigning, type Signing } from './signing.ts'

export interface DeliverOptions extends Verdicts {
  readonly mode: ParseMode
  /** Unix seconds; now by default. All attempts have the same one. */
  readonly timestamp?: string
  /** What signs; by default the stand-in's own key, and nothing if no security policy is attached to the webhook. */
  readonly signing?: Signing | undefined
  readonly signed?: boolean
  /** Appended to the form, for hostile posts. */
  readonly extraParts?: readonly FormPart[]
  /** The form's boundary instead of SendGrid's `xYzZY`. */
  readonly boundary?: string
}

/** `mode` instead of the one that the account says. */
export type ReceiveOptions = Verdicts & { readonly mode?: ParseMode | undefined }

export interface EmailDelivery {
  /** Of the last response; null if there was none. */
  readonly status: number | null
  readonly attempts: number
  /** The email is gone: its sender gets no bounce, and the webhook never sees it. */
  readonly lost: boolean
}

export interface SendGrid {
  readonly url: string
  /** The key of the webhook's signatures, as SendGrid shows it. */
  readonly publicKey: string
  /** The accepted emails, oldest first: the latest that have 64 MB with their attachments. */
  readonly outbox: readonly SentEmail[]
  /** Each request to send takes the first one. */
  readonly faults: Fault[]
  /** How many emails were lost on their way to a webhook. */
  readonly lost: number
  /** What it has at SendGrid. Clients and tests change it. */
  readonly account: SendGridAccount
  /**
   * Delivers an email as the account says for the hostname of its recipient. Returns undefined if it says nothing. So
   * arrive also the emails that are sent to such a hostname.
   */
  receive(email: InboundEmail, how: ReceiveOptions): Promise<EmailDelivery | undefined>
  /** Delivers an email to a webhook as Inbound Parse does. */
  deliver(email: InboundEmail, webhookUrl: string, options: DeliverOptions): Promise<EmailDelivery>
  close(): Promise<void>
}

export interface SendGridOptions {
  readonly apiKey: string
  readonly log: (line: string) => void
  readonly clock?: Clock
}

const KEPT_LENGTH = 64_000_000

/** SendGrid retries for 72 hours; the emulator gives up within a second. */
const ATTEMPTS = 5
const RETRY_MS = 200

const ANSWER_MS = 30_000

/** Starts it on a free port. `log` gets one line for each email, without its content or an address. */
export async function startSendGrid({
  apiKey,
  log,
  clock: given = systemClock,
}: SendGridOptions): Promise<SendGrid> {
  const clock = stoppableClock(given)
  const ownSigning = newSigning()
  const account = newAccount()
  const outbox: SentEmail[] = []
  const keep = keepLatest(outbox, KEPT_LENGTH, (email) => JSON.stringify(email).length)
  const faults: Fault[] = []
  let lost = 0
  const server = await openLoopback(0, log)

  async function deliver(email: InboundEmail, webhookUrl: string, options: DeliverOptions) {
    const { mode, extraParts = [], boundary, signed = true, signing = ownSigning } = options
    const { timestamp = String(Math.floor(clock.now() / 1000)) } = options
    const parts = [...partsOf(await acceptEmail(email), mode, options), ...extraParts]
    const { contentType, body } = multipartForm(parts, boundary)
    const headers = {
      'content-type': contentType,
      'user-agent': 'SendGrid 1.0',
      ...(signed && signing.headers(timestamp, body)),
    }
    for (let attempts = 1; ; attempts++) {
      const answer = await post(webhookUrl, { headers, body, timeoutMs: ANSWER_MS })
      const status = typeof answer === 'string' ? null : answer.status
      const again = status === null || status >= 500
      if (again && attempts < ATTEMPTS) {
        await pause(clock, RETRY_MS)
        continue
      }
      const taken = status !== null && status >= 200 && status < 300
      if (!taken) lost++
      log(`sendgrid: an email came in, answered ${status} in attempt ${attempts}`)
      return { status, attempts, lost: !taken }
    }
  }

  async function receive(email: InboundEmail, { mode, ...verdicts }: ReceiveOptions) {
    const setting = parseSettingOf(account, email.to)
    if (!setting) return undefined
    const signing = signingOf(account, setting)
    return deliver(email, setting.url, {
      ...verdicts,
      mode: mode ?? (setting.send_raw ? 'raw' : 'parsed'),
      signed: signing !== undefined,
      signing,
    })
  }

  /** A sent email whose recipient's hostname is one of Inbound Parse comes back. */
  function arrive(sent: SentEmail): void {
    for (const email of returning(sent)) {
      const dkim = `{@${sent.from.slice(sent.from.lastIndexOf('@') + 1)} : pass}`
      receive(email, { spf: 'pass', dkim }).catch((error) => log(`sendgrid: ${sent.id}: ${error}`))
    }
  }

  server.serve((request, response) =>
    answerApi(
      {
        apiKey,
        account,
        faults,
        accept(email, id) {
          for (const sent of sentEmails(email, id, clock.now())) {
            keep(sent)
            arrive(sent)
          }
          log(`sendgrid: ${id} is taken`)
        },
      },
      request,
      response,
    ),
  )
  return {
    url: server.url,
    publicKey: ownSigning.publicKey,
    outbox,
    faults,
    get lost() {
      return lost
    },
    account,
    receive,
    deliver,
    async close() {
      clock.stop()
      await server.close()
    },
  }
}
