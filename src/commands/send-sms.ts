/** SEND_SMS: sends an SMS to a person on the allow list. */
import * as z from 'zod'
import { sms } from '../channels/sms/channel.ts'
import { defineCommand, noAddress, text } from './define.ts'

export const sendSms = defineCommand({
  schema: z.object({ type: z.literal('SEND_SMS'), to: text, message: text }),
  prompt: 'SEND_SMS {to, message}: sends an SMS, under the same rules.',
  text: { fields: ({ field, from }) => ({ to: field(0), message: from(1) }) },
  deliveredText: ({ message }) => message,
  async execute({ to }, { send }) {
    const address = sms.outbound.addressOf(to)
    return address ? send(address) : noAddress(to)
  },
})
