/** What Twilio says became of an SMS, and of which delivery it says so. */
import * as z from 'zod'
import type { DeliveryRecord } from '../delivery.ts'

const parameter = z.tuple([z.string(), z.number().int(), z.string()])

/** Names a delivery in the address that Twilio calls back. */
export const deliveryParameter = ({
  sessionId,
  seq,
  name,
}: {
  sessionId: string
  seq: number
  name: string
}) => Buffer.from(JSON.stringify([sessionId, seq, name])).toString('base64url')

/** Nothing for what is not ours. */
export function readDeliveryParameter(
  text: string | undefined,
): { sessionId: string; seq: number; name: string } | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(text ?? '', 'base64url').toString())
    const [sessionId, seq, name] = parameter.parse(json)
    return { sessionId, seq, name }
  } catch {
    return undefined
  }
}

/** Twilio's final words; what comes before them is not recorded, for the order of callbacks is not promised. */
const FINAL: Readonly<Record<string, DeliveryRecord['status']>> = {
  delivered: 'delivered',
  undelivered: 'undelivered',
  failed: 'undelivered',
}

/** The record after a callback; nothing when it changes nothing: a final state is never moved back. */
export function afterStatus(
  record: DeliveryRecord,
  { status, sid, errorCode, at }: { status: string; sid: string; errorCode?: string; at: string },
): DeliveryRecord | undefined {
  const final = FINAL[status]
  if (record.status === 'delivered' || record.status === 'undelivered') return undefined
  // An SMS whose sending was never answered is known to be sent by its callback alone.
  if (final === undefined && record.providerId !== undefined) return undefined
  return {
    to: record.to,
    channel: record.channel,
    status: final ?? 'sent',
    at,
    providerId: sid,
    ...(record.segments !== undefined && { segments: record.segments }),
    ...(errorCode !== undefined && { problem: `Twilio's error ${errorCode}` }),
  }
}
