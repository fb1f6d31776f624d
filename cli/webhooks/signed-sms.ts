/** An SMS that is signed as Twilio signs it, and that no person has written. */
import { randomBytes } from 'node:crypto'
import { twilioSignature } from '../../src/channels/sms/signature.ts'
import { CliError, reasonOf } from '../errors.ts'
import type { TwilioAccount } from '../providers/twilio.ts'

export interface SignedSms {
  /** The address that Twilio calls. */
  readonly url: string
  /** From this number of Baton's to itself. */
  readonly number: string
  readonly messagingServiceSid: string | undefined
  readonly body: string
}

const TIMEOUT_MS = 20_000

/** Posts it as Twilio would. Returns the status of the response. Throws a CliError if the address cannot be reached. */
export async function postAsTwilio(
  { accountSid, authToken }: TwilioAccount,
  { url, number, messagingServiceSid, body }: SignedSms,
): Promise<number> {
  const [called = ''] = url.split('#')
  const form = {
    MessageSid: `SM${randomBytes(16).toString('hex')}`,
    ...{ AccountSid: accountSid, From: number, To: number, Body: body, NumMedia: '0' },
    ...(messagingServiceSid !== undefined && { MessagingServiceSid: messagingServiceSid }),
  }
  const signed = new Map(Object.entries(form).map(([name, value]) => [name, [value]]))
  try {
    const response = await fetch(called, {
      method: 'POST',
      headers: { 'x-twilio-signature': twilioSignature(authToken, called, signed) },
      body: new URLSearchParams(form),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return response.status
  } catch (cause) {
    throw new CliError(`${called} cannot be reached: ${reasonOf(cause)}.`, {
      cure: 'Check the address, and that this machine is online; then try again.',
      cause,
    })
  }
}
