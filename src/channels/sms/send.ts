/** Prepares an SMS. A long text is cut to the configured number of segments, with a link to the full text. */

import { claimSms } from '../../adapters/contacts.ts'
import { env } from '../../adapters/environment.ts'
import type { OutboxMessage } from '../../adapters/queues.ts'
import { linkToFile, linkToText } from '../../adapters/short-links.ts'
import type { PreparedDelivery } from '../delivery.ts'
import type { DeliveryContent } from '../delivery-content.ts'
import type { SmsReturn } from './channel.ts'
import { plainText } from './plain-text.ts'
import { cutToSegments, segmentsOf } from './segments.ts'
import { deliveryParameter } from './status.ts'
import { findSms, postSms } from './twilio.ts'

type SmsDelivery = OutboxMessage & { readonly to: SmsReturn }

export async function prepareSms(
  delivery: SmsDelivery,
  { text }: DeliveryContent,
  from: string,
): Promise<PreparedDelivery> {
  const { sessionId, seq, name, to } = delivery
  const claim = (sid: string) => claimSms(sid, `${sessionId}/${seq}/${name}`)
  const message = { from, to: to.address, body: await bodyOf(delivery, plainText(text)) }
  const statusCallback = `${env('PUBLIC_URL')}/api/webhooks/sms/status?delivery=${deliveryParameter(delivery)}#rc=5&rp=all`
  return {
    segments: segmentsOf(message.body),
    async send() {
      const handover = await postSms({ ...message, statusCallback })
      if (handover.status === 'sent') await claim(handover.providerId)
      return handover
    },
    find: (since) => findSms({ ...message, since, isFree: claim }),
  }
}

/** Builds the body. It is the same each time (links derive from their targets), so that a sent SMS can be found again. */
async function bodyOf({ sessionId, seq, name, files = [] }: SmsDelivery, text: string) {
  const links = await Promise.all(files.map((file) => linkToFile(sessionId, file)))
  const lines = links.map(({ url }, i) => `\n${files[i]?.name}: ${url}`).join('')
  const full = await linkToText(sessionId, seq, name)
  const room = Math.max(1, env('SMS_SEGMENTS') - segmentsOf(lines))
  const fitted = cutToSegments(text, room, `Full text: ${full.url}`)
  await Promise.all([...links, ...(fitted === text ? [] : [full])].map((link) => link.open()))
  return (fitted + lines).trim()
}
