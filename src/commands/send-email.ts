import * as z from 'zod'
import { email } from '../channels/email/channel.ts'
import { defineCommand, noAddress, text } from './define.ts'

export const sendEmail = defineCommand({
  schema: z.object({ type: z.literal('SEND_EMAIL'), to: text, subject: text, body: text }),
  prompt: `SEND_EMAIL {to, subject, body}: for people other than the one you talk with, who gets your reply anyway, on the
  channel they wrote by. Only people on the operator's list can be written to.`,
  text: { fields: ({ field, from }) => ({ to: field(0), subject: field(1), body: from(2) }) },
  deliveredText: ({ body }) => body,
  async execute({ to, subject }, { send }) {
    const address = email.outbound.addressOf(to, subject)
    return address ? send(address) : noAddress(to)
  },
})
