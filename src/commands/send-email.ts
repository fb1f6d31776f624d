/** SEND_EMAIL: sends an email to a person on the allow list. */
import * as z from 'zod'
import { email } from '../channels/email/channel.ts'
import { defineCommand, noAddress, refused, text } from './define.ts'

/** A line of an email has at most 998 characters (RFC 5322, 2.1.1). */
const LONGEST_SUBJECT = 500

export const sendEmail = defineCommand({
  schema: z.object({ type: z.literal('SEND_EMAIL'), to: text, subject: text, body: text }),
  prompt: `SEND_EMAIL {to, subject, body}: sends an email to someone else. The person you talk with gets your reply anyway,
  on the channel they used. You can only write to people on the operator's list. A message may have to wait until the
  person you talk with approves it, so do not say that it was sent: you are told what they decide.`,
  text: { fields: ({ field, from }) => ({ to: field(0), subject: field(1), body: from(2) }) },
  deliveredText: ({ body }) => body,
  async execute({ to, subject }, { send }) {
    if (subject.length > LONGEST_SUBJECT)
      return refused(
        `Nothing was sent: a subject may have at most ${LONGEST_SUBJECT} characters. Put the rest into the body.`,
      )
    const address = email.outbound.addressOf(to, subject)
    return address ? send(address) : noAddress(to)
  },
})
