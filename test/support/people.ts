/** People who write to a local Baton by SMS and email, and what they receive. */
import type { IncomingHttpHeaders } from 'node:http'
import { expect } from 'vitest'
import type { ComposedEmail } from '../../local/providers/sendgrid/composed-email.ts'
import { signatureOf } from '../../local/providers/twilio/signature.ts'
import { openLoopback, readBody } from '../../packages/local-aws/src/loopback.ts'
import { replies, type TestBaton, withoutReceipts } from './baton.ts'
import { PATIENT } from './patience.ts'
import { secretOf } from './secrets.ts'

export interface Sms {
  readonly from: string
  readonly body: string
  readonly messageSid?: string
}

type EmailOptions = Partial<Parameters<TestBaton['sendgrid']['deliver']>[2]>

/** A provider's post that a test sends itself, as often as it likes, with full access to the response. */
export interface SignedPost {
  readonly route: string
  readonly headers: Record<string, string>
  readonly body: Buffer
}

const SMS_ROUTE = '/api/webhooks/sms'
const EMAIL_ROUTE = '/api/webhooks/email'

/** Delivers it as Twilio does, with its retries. */
export const writeSms = (baton: TestBaton, sms: Sms) =>
  baton.twilio.deliver(sms, `${baton.url}${SMS_ROUTE}#rc=5&rp=all`)

/** Delivers it as SendGrid does, with its retries; authenticated as its sender by default. */
export const writeEmail = (
  baton: TestBaton,
  email: Partial<ComposedEmail> & { readonly from: string },
  how: EmailOptions = {},
  url = baton.url + EMAIL_ROUTE,
) =>
  baton.sendgrid.deliver(
    { to: 'baton@example.com', subject: 'Hello', text: 'hello', ...email },
    url,
    {
      mode: 'raw',
      spf: 'pass',
      dkim: `{@${email.from.split('@').at(-1)} : pass}`,
      ...how,
    },
  )

/** Signs it for this Baton, with its current token or another. */
export async function signedSms(baton: TestBaton, sms: Sms, token?: string): Promise<SignedPost> {
  const { headers, body } = await captured((url) => baton.twilio.deliver(sms, url))
  const key = token ?? (await secretOf(baton.aws, 'Baton/twilio-auth-token'))
  const fields = Object.fromEntries(new URLSearchParams(body.toString()))
  const signature = signatureOf(key, baton.url + SMS_ROUTE, fields)
  return { route: SMS_ROUTE, headers: { ...headers, 'x-twilio-signature': signature }, body }
}

export async function signedEmail(
  baton: TestBaton,
  email: Partial<ComposedEmail> & { readonly from: string },
  how?: EmailOptions,
): Promise<SignedPost> {
  const post = await captured((url) => writeEmail(baton, email, how, url))
  return { route: EMAIL_ROUTE, ...post }
}

/** Sends it once, and checks the response against the documentation. */
export const post = (baton: TestBaton, { route, headers, body }: SignedPost) =>
  baton.request(route, { method: 'POST', headers, body: new Uint8Array(body) })

/**
 * Sends it until it is accepted or refused, as a retrying client does: a function may be too slow on a busy
 * machine.
 */
export async function persist(baton: TestBaton, signed: SignedPost): Promise<Response> {
  const { route, headers, body } = signed
  const authorization = `Bearer ${baton.token}`
  for (;;) {
    const answer = await fetch(baton.url + route, {
      method: 'POST',
      headers: { authorization, ...headers },
      body: new Uint8Array(body),
    }).catch(() => undefined)
    if (answer && answer.status < 500) return answer
  }
}

/** Captures what an emulator posts. */
async function captured(deliver: (url: string) => Promise<unknown>) {
  const { url, serve, close } = await openLoopback(0, console.error)
  const posted = Promise.withResolvers<Omit<SignedPost, 'route'>>()
  serve(async (request, response) => {
    const body = (await readBody(request, 40_000_000)) ?? Buffer.alloc(0)
    posted.resolve({ headers: ofProvider(request.headers), body })
    response.end()
  })
  await deliver(url)
  await close()
  return posted.promise
}

const ofProvider = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => /^(content-type$|x-twilio-)/.test(name))
      .map(([name, value]) => [name, String(value)]),
  )

/** Returns the SMS that a number received, oldest first. */
export const textsTo = ({ twilio }: TestBaton, number: string) =>
  twilio.outbox.filter(({ to }) => to === number)

/** Returns the emails that an address received, oldest first. */
export const emailsTo = ({ sendgrid }: TestBaton, address: string) =>
  sendgrid.outbox.filter(({ to }) => to.includes(address))

/** Returns all deliveries of a session, oldest first. */
export const deliveriesOf = async (baton: TestBaton, session: string) =>
  (await baton.history(session)).flatMap(({ deliveries = [] }) => deliveries)

/** Returns the session with this message. Fails unless there is exactly one in the end. */
export async function sessionWith(baton: TestBaton, text: string): Promise<string> {
  const found = async () => {
    const listed = await baton.request('/api/sessions?limit=100')
    const { sessions } = (await listed.json()) as { sessions: { sessionId: string }[] }
    const ids = sessions.map(({ sessionId }) => sessionId)
    const all = await Promise.all(ids.map(async (id) => [id, await baton.history(id)] as const))
    return all.flatMap(([id, entries]) => (entries.some((each) => each.text === text) ? [id] : []))
  }
  await expect.poll(async () => (await found()).length, { ...PATIENT, interval: 500 }).toBe(1)
  return (await found())[0] ?? ''
}

/** Checks that a session contains these messages of people, once each and in this order, and as many replies. */
export async function expectAnswered(baton: TestBaton, session: string, texts: readonly string[]) {
  await baton.until(session, (all) => replies(all).length >= texts.length)
  const entries = withoutReceipts(await baton.history(session))
  expect(entries.filter(({ role }) => role === 'user').map(({ text }) => text)).toEqual(texts)
  expect(replies(entries)).toHaveLength(texts.length)
}
