/** Sends SMS through Twilio's API, and finds an SMS that may have been sent. */
import * as z from 'zod'
import { env } from '../../adapters/environment.ts'
import {
  handOver,
  NotSent,
  type ProviderRequest,
  readJson,
  sendWithKey,
} from '../../adapters/provider-call.ts'
import type { Handover } from '../delivery.ts'

const VERSION = '2010-04-01'
const PAGE_SIZE = 100
const MAX_PAGES = 20
/** The largest assumed difference between Twilio's clock and ours. */
const SKEW_MS = 60_000

export interface OutboundSms {
  /** A number in E.164, or the SID of a Messaging Service, which chooses the number. */
  readonly from: string
  /** E.164. */
  readonly to: string
  /** At most 1600 characters. */
  readonly body: string
  /** The URL that Twilio calls with status updates. Its query names the delivery. */
  readonly statusCallback: string
}

const created = z.object({ sid: z.string().min(1) })
/** https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions */
const exception = z.object({ code: z.number(), message: z.string().default('') })

/** The number's queue holds more than ten hours of messages: https://www.twilio.com/docs/api/errors/21611 */
const QUEUE_FULL = 21611

/**
 * Sends an SMS. Twilio has no idempotency keys, so an SMS in doubt may be sent again only after `findSms`.
 * https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource
 */
export const postSms = (
  { from, to, body, statusCallback }: OutboundSms,
  timeoutMs?: number,
): Promise<Handover> =>
  handOver(
    {
      name: 'twilio',
      key: 'TWILIO_TOKEN_SECRET',
      questionWith: (token) => ({
        method: 'POST',
        url: base() + messages(),
        headers: {
          ...authorization(token),
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({
          ...(isService(from) ? { MessagingServiceSid: from } : { From: from }),
          To: to,
          Body: body,
          StatusCallback: statusCallback,
        }).toString(),
      }),
      taken: (answer) => (answer.status === 201 ? readJson(created, answer)?.sid : undefined),
      objection: (answer) => {
        const problem = readJson(exception, answer)
        return problem && `${problem.code} ${problem.message}`
      },
      passes: (answer) => readJson(exception, answer)?.code === QUEUE_FULL,
    },
    timeoutMs,
  )

const isService = (from: string) => from.startsWith('MG')

const page = z.object({
  messages: z.array(
    z.object({
      sid: z.string(),
      body: z.string().nullable(),
      /** RFC 2822. */
      date_created: z.string(),
      direction: z.string(),
      messaging_service_sid: z.string().nullish(),
    }),
  ),
  next_page_uri: z.string().startsWith('/').nullish(),
})
type Message = z.infer<typeof page>['messages'][number]

/**
 * Finds an SMS sent through the API from and to these and this body since a time (ms since the epoch, less a minute for
 * clock skew). Returns undefined if Twilio has none. The list is not filtered by date, because a queued SMS may have none
 * yet. `isFree` returns whether no other delivery has an id, because two deliveries may have the same text.
 * https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources
 * @throws NotSent, ResponseLost or Error if Twilio gives no usable response, which does not mean "none".
 */
export async function findSms({
  from,
  to,
  body,
  since,
  isFree = async () => true,
}: {
  readonly from: string
  readonly to: string
  readonly body: string
  readonly since: number
  readonly isFree?: (providerId: string) => Promise<boolean>
}): Promise<{ readonly providerId: string } | undefined> {
  const isRecent = ({ date_created }: Message) => !(Date.parse(date_created) < since - SKEW_MS)
  // The list has no filter for services.
  const isOwn = (each: Message) => !isService(from) || each.messaging_service_sid === from
  const query = new URLSearchParams({
    To: to,
    ...(!isService(from) && { From: from }),
    PageSize: String(PAGE_SIZE),
  })
  let next: string | null | undefined = `${messages()}?${query}`
  for (let count = 0; count < MAX_PAGES; count++) {
    const { messages: listed, next_page_uri }: z.infer<typeof page> = await readPage(next)
    const alike = listed.filter(
      (each) =>
        each.direction === 'outbound-api' &&
        isOwn(each) &&
        isRecent(each) &&
        isSame(each.body, body),
    )
    for (const { sid } of alike) if (await isFree(sid)) return { providerId: sid }
    // The newest come first.
    if (!next_page_uri || (listed.length > 0 && !listed.some(isRecent))) return undefined
    next = next_page_uri
  }
  throw new Error(`Twilio lists more than ${MAX_PAGES * PAGE_SIZE} messages since that time.`)
}

/** Compares without surrounding blanks, which Twilio may remove. */
const isSame = (listed: string | null, sent: string) =>
  (listed ?? '').trim() === sent.toWellFormed().trim()

async function readPage(path: string): Promise<z.infer<typeof page>> {
  const answer = await sendWithKey('TWILIO_TOKEN_SECRET', (token) => ({
    method: 'GET',
    url: base() + path,
    headers: authorization(token),
  }))
  const parsed = answer.status === 200 ? readJson(page, answer) : undefined
  if (!parsed) throw new Error(`Twilio's list of messages cannot be parsed: HTTP ${answer.status}.`)
  return parsed
}

const base = () => env('TWILIO_API_URL').replace(/\/+$/, '')
const messages = () => `/${VERSION}/Accounts/${accountSid()}/Messages.json`

function accountSid(): string {
  const sid = env('TWILIO_ACCOUNT_SID')
  if (!sid) throw new NotSent('TWILIO_ACCOUNT_SID is not set.')
  return sid
}

const authorization = (token: string): ProviderRequest['headers'] => ({
  authorization: `Basic ${Buffer.from(`${accountSid()}:${token}`).toString('base64')}`,
})
