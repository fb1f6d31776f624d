/** SEND_EMAIL: sends an email to a person on the allow list. */
import * as z from 'zod'
import { email } from '../channels/email/channel.ts'
import { defineCommand, noAddress, text } from './define.ts'

export const sendEmail = defineCommand({
  schema: z.object({ type: z.literal('SEND_EMAIL'), to: text, subject: text, body: text }),
  prompt: `SEND_EMAIL {to, subject, body}: sends an email to someone else. The person you talk with gets your reply anyway,
  on the channel they used. You can only write to people on the operator's list.`,
  text: { fields: ({ field, from }) => ({ to: field(0), subject: field(1), body: from(2) }) },
  deliveredText: ({ body }) => body,
  async execute({ to, subject }, { send }) {
    const address = email.outbound.addressOf(to, subject)
    return address ? send(address) : noAddress(to)
  },
})
