/** One SMS: no longer than so many segments, the rest behind a link. */
import { variable } from '../adapters/environment.ts'
import { readEntries } from '../adapters/history.ts'
import type { Outgoing } from '../adapters/queue.ts'
import { linkToFile, linkToText } from '../adapters/short-links.ts'
import { findSms, sendSms } from '../adapters/twilio.ts'
import type { SmsReturn } from '../core/channels/delivery.ts'
import { plainText } from '../core/channels/plain-text.ts'
import type { Said } from '../core/channels/said.ts'
import { cutToSegments, segmentsOf } from '../core/channels/segments.ts'
import { deliveryParameter } from '../core/channels/status.ts'
import type { Dispatch } from './dispatch.ts'

type SmsDelivery = Outgoing & { readonly to: SmsReturn }

export async function dispatchSms(
  delivery: SmsDelivery,
  { text }: Said,
  from: string,
): Promise<Dispatch> {
  const { sessionId, seq, to } = delivery
  const message = { from, to: to.address, body: await bodyOf(delivery, plainText(text)) }
  const statusCallback = `${variable('PUBLIC_URL')}/api/webhooks/sms/status?delivery=${deliveryParameter(delivery)}#rc=5&rp=all`
  return {
    send: () => sendSms({ ...message, statusCallback }),
    find: async (since) =>
      findSms({ ...message, since, except: await deliveredBefore(sessionId, seq) }),
  }
}

/** The same each time it is made, so that it is found again: links are made of what they lead to. */
async function bodyOf({ sessionId, seq, name, files = [] }: SmsDelivery, text: string) {
  const links = await Promise.all(files.map((file) => linkToFile(sessionId, file)))
  const lines = links.map(({ url }, i) => `\n${files[i]?.name}: ${url}`).join('')
  const rest = await linkToText(sessionId, seq, name)
  const room = Math.max(1, variable('SMS_SEGMENTS') - segmentsOf(lines))
  const said = cutToSegments(text, room, `The rest: ${rest.url}`)
  await Promise.all([...links, ...(said === text ? [] : [rest])].map((link) => link.open()))
  return (said + lines).trim()
}

/** Entries that may have been delivered to the same person in the minute before, with the same words. */
const BEFORE = 20

async function deliveredBefore(sessionId: string, seq: number): Promise<readonly string[]> {
  const entries = await readEntries(sessionId, Math.max(0, seq - BEFORE), BEFORE)
  return entries.flatMap(({ deliveries = [] }) =>
    deliveries.flatMap(({ providerId }) => providerId ?? []),
  )
}
