/** An emulator of Twilio: accepts SMS over its API, and delivers people's SMS to a webhook. */
import { type Clock, systemClock } from '../../../packages/local-aws/src/clock.ts'
import { openLoopback } from '../../../packages/local-aws/src/loopback.ts'
import { stoppableClock } from '../../../packages/local-aws/src/stoppable-clock.ts'
import { keepLatest } from '../../keep-latest.ts'
import { nextArrival } from '../arrival.ts'
import type { Fault } from '../fault.ts'
import { pause } from '../pause.ts'
import { newAccount, type TwilioAccount, webhookOf } from './account.ts'
import { answerApi } from './api.ts'
import { callbackFields } from './callback.ts'
import { inboundFields, type Media } from './inbound.ts'
import { keywordOf, keywordReply, type OptOutType } from './keywords.ts'
import { type MessageStatus, newSid, type SmsMessage } from './message.ts'
import { type Posted, postSigned } from './post-signed.ts'
import { type AlertCode, readTwiml } from './twiml.ts'

/** An SMS or MMS from a person. */
export interface InboundSms {
  readonly from: string
  /** The emulator's number by default. */
  readonly to?: string
  readonly body: string
  /** Set if the number belongs to a Messaging Service. */
  readonly serviceSid?: string | undefined
  readonly media?: readonly Media[]
  /** As with Advanced Opt-Out, which has other keywords than the usual ones. */
  readonly optOutType?: OptOutType | undefined
  /** Set it to deliver a message once more under the same id. */
  readonly messageSid?: string
}

/** A webhook call, for tests. */
export interface Callback extends Posted {
  readonly sid: string
  readonly messageStatus: MessageStatus
}

export interface Twilio {
  readonly url: string
  /**
   * The accepted messages, oldest first, including those of TwiML responses, without Twilio's own replies to STOP. Only
   * the latest thousand messages of both directions are kept.
   */
  readonly outbox: readonly SmsMessage[]
  /** Each request to send takes the first one. */
  readonly faults: Fault[]
  /** The statuses of a message, in order; modified in place for later messages. */
  readonly progress: MessageStatus[]
  /** Every reported status, oldest first. */
  readonly callbacks: readonly Callback[]
  /** Entries of Twilio's debugger for responses to inbound messages. */
  readonly alerts: readonly { code: AlertCode; messageSid: string }[]
  /** The numbers that receive nothing more. */
  readonly optedOut: ReadonlySet<string>
  /** What it has at Twilio. Clients and tests change it. */
  readonly account: TwilioAccount
  /**
   * Delivers a message to a webhook, by default to the one that the account names for its recipient, if it names one. The
   * URL may end in connection overrides such as `#rc=5&rp=all`.
   */
  deliver(sms: InboundSms, webhookUrl?: string): Promise<SmsDelivery>
  /** Reports a status again, or one out of order. Throws for a message without a StatusCallback. */
  report(sid: string, status: MessageStatus): Promise<void>
  close(): Promise<void>
}

export interface SmsDelivery extends Posted {
  readonly messageSid: string
  /** What Twilio itself answered to the person, because the text is one of its keywords. */
  readonly keywordReply?: string
}

export interface TwilioOptions {
  /** `AC` and 32 hexadecimal digits. */
  readonly accountSid: string
  readonly authToken: string
  /** The account's number, in E.164. It is also the only one of the Messaging Service. */
  readonly number: string
  readonly log: (line: string) => void
  readonly clock?: Clock
}

/** The account's Messaging Service. */
export const SERVICE_SID = `MG${'5'.repeat(32)}`

const KEPT_MESSAGES = 1_000
/** Of media. */
const KEPT_BYTES = 64_000_000

/** Milliseconds between two statuses of a message. */
const STEP_MS = 20

/** Starts it on a free port. `log` gets one line for each message, without its text or a person's number. */
export async function startTwilio({
  accountSid,
  authToken,
  number,
  log,
  clock: given = systemClock,
}: TwilioOptions): Promise<Twilio> {
  const clock = stoppableClock(given)
  const messages: SmsMessage[] = []
  const keep = keepLatest(messages, KEPT_MESSAGES, () => 1)
  const media: { id: string; file: Media }[] = []
  const keepMedia = keepLatest(media, KEPT_BYTES, ({ file }) => file.content.length)
  const mediaOf = (wanted: string) => media.find(({ id }) => id === wanted)?.file
  const optedOut = new Set<string>()
  const faults: Fault[] = []
  const progress: MessageStatus[] = ['queued', 'sent', 'delivered']
  const callbacks: Callback[] = []
  const alerts: { code: AlertCode; messageSid: string }[] = []
  const account = newAccount(accountSid, number, SERVICE_SID)
  const server = await openLoopback(0, log)
  function send(message: Omit<SmsMessage, 'sid' | 'at' | 'arrival' | 'status'>): SmsMessage {
    const sid = newSid(message.media.length > 0 ? 'MM' : 'SM')
    const taken = { sid, at: clock.now(), arrival: nextArrival() }
    const sent: SmsMessage = { ...message, ...taken, status: 'queued' }
    keep(sent)
    log(`twilio: ${sid} is taken`)
    advance(sent, [...progress]).catch((error) => log(`twilio: ${sid}: ${error}`))
    return sent
  }

  async function advance(message: SmsMessage, steps: readonly MessageStatus[]): Promise<void> {
    for (const status of steps) {
      await pause(clock, STEP_MS)
      message.status = status
      if (message.statusCallback) await report(message.sid, status)
    }
  }

  async function report(sid: string, messageStatus: MessageStatus): Promise<void> {
    const message = messages.find((each) => each.sid === sid)
    if (!message?.statusCallback) throw new Error(`${sid} has no StatusCallback`)
    const fields = callbackFields(message, messageStatus, accountSid)
    const posted = await postSigned(message.statusCallback, fields, authToken)
    callbacks.push({ sid, messageStatus, ...posted })
    log(`twilio: ${sid} is ${messageStatus}, answered ${posted.status}`)
  }

  const accept = (form: URLSearchParams): SmsMessage =>
    send({
      direction: 'outbound-api',
      from: number,
      to: form.get('To') ?? '',
      body: form.get('Body') ?? '',
      media: form.getAll('MediaUrl'),
      serviceSid: form.get('MessagingServiceSid') ?? undefined,
      statusCallback: form.get('StatusCallback') ?? undefined,
    })

  function receive(sms: InboundSms): SmsMessage {
    const { from, to = number, body, messageSid, media: files = [] } = sms
    const known = messages.find(({ sid }) => sid === messageSid)
    if (known) return known
    const sid = messageSid ?? newSid(files.length > 0 ? 'MM' : 'SM')
    const urls = files.map((file) => {
      const id = newSid('ME')
      keepMedia({ id, file })
      return `${server.url}/2010-04-01/Accounts/${accountSid}/Messages/${sid}/Media/${id}`
    })
    const content = { sid, from, to, body, media: urls }
    const received: SmsMessage = {
      ...content,
      direction: 'inbound',
      at: clock.now(),
      arrival: nextArrival(),
      status: 'received',
    }
    keep(received)
    return received
  }

  /** Sends what the response to a message asks for. */
  function obey(answer: ReturnType<typeof readTwiml>, { sid, from, to }: SmsMessage): void {
    if (typeof answer === 'number') alerts.push({ code: answer, messageSid: sid })
    else if (!optedOut.has(from))
      for (const body of answer)
        send({ direction: 'outbound-reply', from: to, to: from, body, media: [] })
  }

  async function deliver(sms: InboundSms, webhookUrl = webhookOf(account, sms.to ?? number)) {
    const message = receive(sms)
    const { sid, from } = message
    if (webhookUrl === undefined)
      return { status: null, contentType: undefined, body: '', attempts: 0, messageSid: sid }
    const word = sms.optOutType ?? keywordOf(sms.body)
    if (word === 'STOP') optedOut.add(from)
    if (word === 'START') optedOut.delete(from)
    const mediaTypes = message.media.map((url) => mediaOf(url.slice(-34))?.type ?? '')
    const { optOutType } = sms
    const extra = { accountSid, serviceSid: sms.serviceSid, mediaTypes, optOutType }
    const fields = inboundFields(message, extra)
    const posted = await postSigned(webhookUrl, fields, authToken)
    log(`twilio: ${sid} came in, answered ${posted.status} in attempt ${posted.attempts}`)
    obey(readTwiml(posted), message)
    const reply = keywordReply(sms.body, word)
    return { ...posted, messageSid: sid, ...(reply !== undefined && { keywordReply: reply }) }
  }

  const state = {
    accountSid,
    authToken,
    number,
    serviceSid: SERVICE_SID,
    account,
    messages,
    mediaOf,
    optedOut,
    faults,
    accept,
  }
  server.serve((request, response) => answerApi(state, request, response))
  return {
    url: server.url,
    get outbox() {
      return messages.filter(({ direction }) => direction !== 'inbound')
    },
    faults,
    progress,
    callbacks,
    alerts,
    optedOut,
    account,
    deliver,
    report,
    async close() {
      clock.stop()
      await server.close()
    },
  }
}
