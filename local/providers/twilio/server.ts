/** Twilio on one machine: takes SMS over its API, and delivers those of people to a webhook. */
import { type Clock, systemClock } from '../../../packages/local-aws/src/clock.ts'
import { openLoopback } from '../../../packages/local-aws/src/loopback.ts'
import { stoppableClock } from '../../../packages/local-aws/src/stoppable-clock.ts'
import { nextArrival } from '../arrival.ts'
import type { Fault } from '../fault.ts'
import { pause } from '../pause.ts'
import { answerApi } from './api.ts'
import { callbackFields } from './callback.ts'
import { inboundFields, type Media } from './inbound.ts'
import { keywordOf, type OptOutType } from './keywords.ts'
import { type MessageStatus, newSid, type SmsMessage } from './message.ts'
import { type Posted, postSigned } from './post-signed.ts'
import { type AlertCode, readTwiml } from './twiml.ts'

/** An SMS or MMS of a person. */
export interface InboundSms {
  readonly from: string
  /** The stand-in's number unless given. */
  readonly to?: string
  readonly body: string
  readonly media?: readonly Media[]
  /** As with Advanced Opt-Out, which knows other words than the usual ones. */
  readonly optOutType?: OptOutType | undefined
  /** To deliver a message once more, under the id that it had. */
  readonly messageSid?: string
}

/** A webhook as it was called, for tests. */
export interface Callback extends Posted {
  readonly sid: string
  readonly messageStatus: MessageStatus
}

export interface Twilio {
  readonly url: string
  /** Every message that was taken, oldest first, and whatever a TwiML answer sent. Twilio's own answers to STOP are not among them. */
  readonly outbox: readonly SmsMessage[]
  /** Each request to send takes the first one away. */
  readonly faults: Fault[]
  /** What becomes of a message, step by step; changed in place for later messages. */
  readonly progress: MessageStatus[]
  /** Every status that was reported, oldest first. */
  readonly callbacks: readonly Callback[]
  /** What Twilio's debugger would show of answers to inbound messages. */
  readonly alerts: readonly { code: AlertCode; messageSid: string }[]
  /** The numbers that get nothing more. */
  readonly optedOut: ReadonlySet<string>
  /** Delivers a message to a webhook, whose URL may end in connection overrides such as `#rc=5&rp=all`. */
  deliver(sms: InboundSms, webhookUrl: string): Promise<Posted & { readonly messageSid: string }>
  /** Reports a status once more, or one out of order; it throws for a message without a StatusCallback. */
  report(sid: string, status: MessageStatus): Promise<void>
  close(): Promise<void>
}

export interface TwilioOptions {
  /** `AC` and 32 hexadecimal digits. */
  readonly accountSid: string
  readonly authToken: string
  /** The account's one number, E.164. */
  readonly number: string
  readonly log: (line: string) => void
  readonly clock?: Clock
}

/** Between two statuses of a message. */
const STEP_MS = 20

/** Starts it on a free port. `log` hears one line a message, without its text and without a person's number. */
export async function startTwilio({
  accountSid,
  authToken,
  number,
  log,
  clock: given = systemClock,
}: TwilioOptions): Promise<Twilio> {
  const clock = stoppableClock(given)
  const messages: SmsMessage[] = []
  const media = new Map<string, Media>()
  const optedOut = new Set<string>()
  const faults: Fault[] = []
  const progress: MessageStatus[] = ['queued', 'sent', 'delivered']
  const callbacks: Callback[] = []
  const alerts: { code: AlertCode; messageSid: string }[] = []
  const server = await openLoopback(0, log)

  function send(message: Omit<SmsMessage, 'sid' | 'at' | 'arrival' | 'status'>): SmsMessage {
    const sid = newSid(message.media.length > 0 ? 'MM' : 'SM')
    const taken = { sid, at: clock.now(), arrival: nextArrival() }
    const sent: SmsMessage = { ...message, ...taken, status: 'queued' }
    messages.push(sent)
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
      statusCallback: form.get('StatusCallback') ?? undefined,
    })

  function receive(sms: InboundSms): SmsMessage {
    const { from, to = number, body, messageSid, media: files = [] } = sms
    const known = messages.find(({ sid }) => sid === messageSid)
    if (known) return known
    const sid = messageSid ?? newSid(files.length > 0 ? 'MM' : 'SM')
    const urls = files.map((file) => {
      const id = newSid('ME')
      media.set(id, file)
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
    messages.push(received)
    return received
  }

  async function deliver(sms: InboundSms, webhookUrl: string) {
    const message = receive(sms)
    const { sid, from } = message
    const word = sms.optOutType ?? keywordOf(sms.body)
    if (word === 'STOP') optedOut.add(from)
    if (word === 'START') optedOut.delete(from)
    const mediaTypes = message.media.map((url) => media.get(url.slice(-34))?.type ?? '')
    const { optOutType } = sms
    const fields = inboundFields(message, { accountSid, mediaTypes, optOutType })
    const posted = await postSigned(webhookUrl, fields, authToken)
    log(`twilio: ${sid} came in, answered ${posted.status} in attempt ${posted.attempts}`)
    const answer = readTwiml(posted)
    if (typeof answer === 'number') alerts.push({ code: answer, messageSid: sid })
    else if (!optedOut.has(from))
      for (const body of answer)
        send({ direction: 'outbound-reply', from: message.to, to: from, body, media: [] })
    return { ...posted, messageSid: sid }
  }

  const state = { accountSid, authToken, number, messages, media, optedOut, faults, accept }
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
    deliver,
    report,
    async close() {
      clock.stop()
      await server.close()
    },
  }
}
