/** Checks whether Twilio accepts a message, and with which error it refuses it. */
import type { ErrorCode } from './error.ts'

const E164 = /^\+[1-9]\d{6,14}$/
const LONGEST_BODY = 1600
const MOST_MEDIA = 10

/** Returns the error of a form posted to `Messages.json`: the first that applies, as Twilio reports one at a time. */
export function refusalOf(
  form: URLSearchParams,
  {
    number,
    serviceSid,
    optedOut,
  }: { number: string; serviceSid: string; optedOut: ReadonlySet<string> },
): ErrorCode | undefined {
  const [to, from, body] = ['To', 'From', 'Body'].map((name) => form.get(name) ?? '')
  const media = form.getAll('MediaUrl')
  if (!to) return 21604
  if (!E164.test(to)) return 21211
  const service = form.get('MessagingServiceSid')
  if (service && service !== serviceSid) return 21701
  if (!from && !service) return 21603
  if (from && from !== number) return 21606
  if (!body && media.length === 0) return 21602
  if (body && [...body].length > LONGEST_BODY) return 21617
  if (media.length > MOST_MEDIA) return 21623
  return optedOut.has(to) ? 21610 : undefined
}
