/** Twilio's status callbacks: which delivery they are about, and what they change. */
import * as z from 'zod'
import type { DeliveryRecord } from '../delivery.ts'

const parameter = z.tuple([z.string(), z.number().int(), z.string()])

/** Encodes a delivery's name for the URL that Twilio calls back. */
export const deliveryParameter = ({
  sessionId,
  seq,
  name,
}: {
  sessionId: string
  seq: number
  name: string
}) => Buffer.from(JSON.stringify([sessionId, seq, name])).toString('base64url')

/** Returns the delivery's name, or undefined if the parameter is malformed. */
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

/** Twilio's final states. Earlier ones are not recorded, because callbacks may arrive in any order. */
const FINAL: Readonly<Record<string, DeliveryRecord['status']>> = {
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'undelivered',
  failed: 'undelivered',
  canceled: 'undelivered',
}

/**
 * What the operator can do about errors of the sender. Others are about the recipient, and their code says enough.
 * https://www.twilio.com/docs/api/errors
 */
const ADVICE: Readonly<Record<string, string>> = {
  '30007': 'carriers filter it; look at its content and the registration of the number',
  '30032': 'the toll-free number is not verified',
  '30034': 'the number is not registered for A2P messages to the United States (10DLC)',
}

const problemOf = (code: string) =>
  `Twilio error ${code}${ADVICE[code] === undefined ? '' : `: ${ADVICE[code]}`}`

/** Returns the record after a callback, or undefined if it changes nothing. A final state never changes again. */
export function afterStatus(
  record: DeliveryRecord,
  { status, sid, errorCode, at }: { status: string; sid: string; errorCode?: string; at: string },
): DeliveryRecord | undefined {
  const final = FINAL[status]
  if (record.status === 'delivered' || record.status === 'undelivered') return undefined
  // If the send request got no response, its callback is the first proof that the SMS was sent.
  if (final === undefined && record.providerId !== undefined) return undefined
  return {
    to: record.to,
    channel: record.channel,
    status: final ?? 'sent',
    at,
    providerId: sid,
    ...(record.segments !== undefined && { segments: record.segments }),
    ...(errorCode !== undefined && { problem: problemOf(errorCode) }),
  }
}
