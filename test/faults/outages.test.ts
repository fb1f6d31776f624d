/** A service is down when a message needs it: nothing is half done, and a redelivered message is handled once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newSid } from '../../local/providers/twilio/message.ts'
import type { FunctionCall, Intercept } from '../../packages/local-aws/src/interception.ts'
import { AwsError } from '../../packages/local-aws/src/json-service.ts'
import { type TestBaton, testBaton } from '../support/baton.ts'
import { PATIENT } from '../support/patience.ts'
import {
  emailsTo,
  expectAnswered,
  post,
  type SignedPost,
  sessionWith,
  signedEmail,
  signedSms,
  textsTo,
  writeEmail,
  writeSms,
} from '../support/people.ts'

/** The services that may be down. Secrets Manager comes first, because a warm function does not call it. */
const PARTS = {
  'Secrets Manager': ({ service }: FunctionCall) => service === 'secretsmanager',
  'the Conversations table': ({ body }: FunctionCall) => body.includes('StorageConversations'),
  'the queue': ({ service }: FunctionCall) => service === 'sqs',
  'the Contacts table': ({ body }: FunctionCall) => body.includes('ChannelsContacts'),
} as const
type Part = keyof typeof PARTS

/** Keeps a service down for a route until it has failed the given number of invocations. */
interface Outage {
  readonly part: Part
  readonly route: string
  readonly invocations: number
  readonly met: Set<string>
}
let outage: Outage | undefined
const begin = (part: Part, { route }: SignedPost, invocations: number) => {
  outage = { part, route, invocations, met: new Set() }
}

/** Twilio's callbacks may reach the same function at any time. */
const hasMet = (call: FunctionCall, { part, route }: Outage) =>
  JSON.stringify(call.event).includes(`"rawPath":"${route}"`) && PARTS[part](call)

const intercept: Intercept = async (call, perform) => {
  if (!outage || !hasMet(call, outage)) return perform()
  const { met, invocations } = outage
  const invocation = JSON.stringify(call.event)
  if (!met.has(invocation) && met.size === invocations) return perform()
  met.add(invocation)
  throw new AwsError('InternalServerError', 'down', 500)
}

let baton: TestBaton
beforeAll(async () => {
  // Nobody is configured, so that every sender has to be looked up.
  baton = await testBaton({ intercept, people: [] })
})
afterAll(() => baton.close())

/** A message of a new person on one channel. */
interface Way {
  readonly signed: SignedPost
  /** Delivers it as its provider, or a correct client, does. Returns the number of attempts. */
  deliver(): Promise<number>
  /** Returns what its sender received on the channel. */
  got(): number
}

let people = 0
const letIn = async (address: string) => {
  const route = `/api/people/${encodeURIComponent(address)}`
  expect((await baton.request(route, { method: 'PUT' })).ok).toBe(true)
  return address
}

const WAYS: Readonly<Record<string, (body: string) => Promise<Way>>> = {
  'an SMS': async (body) => {
    const from = await letIn(`+155501${String(10 + people++)}`)
    const sms = { from, body, messageSid: newSid('SM') }
    const deliver = async () => {
      const { status, attempts } = await writeSms(baton, sms)
      expect(status).toBe(200)
      return attempts
    }
    return { signed: await signedSms(baton, sms), deliver, got: () => textsTo(baton, from).length }
  },
  'an email': async (text) => {
    const from = await letIn(`ada${people++}@example.org`)
    const email = { from, text, messageId: `<${from}>` }
    const deliver = async () => {
      const { status, attempts, lost } = await writeEmail(baton, email)
      expect({ status, lost }).toEqual({ status: 200, lost: false })
      return attempts
    }
    return {
      signed: await signedEmail(baton, email),
      deliver,
      got: () => emailsTo(baton, from).length,
    }
  },
  'an API message': async (content) => {
    const sessionId = `api${people++}`
    const signed = {
      route: '/api/webhooks/conductor/message',
      headers: { 'idempotency-key': 'once' },
      body: Buffer.from(JSON.stringify({ sessionId, content })),
    }
    const deliver = async () => {
      let attempts = 1
      while ((await post(baton, signed)).status === 503) attempts++
      return attempts
    }
    // The sender reads the history.
    return { signed, deliver, got: () => 1 }
  },
}

async function wayOf(name: string, text: string): Promise<Way> {
  const way = await WAYS[name]?.(text)
  if (!way) throw new Error(`there is no way ${name}`)
  return way
}

const CASES = (Object.keys(PARTS) as Part[])
  .flatMap((part) => Object.keys(WAYS).map((way) => [part, way] as const))
  .filter(([part, way]) => part !== 'the Contacts table' || way !== 'an API message')

const sessions = async () => {
  const listed = await baton.request('/api/sessions?limit=100')
  const all = (await listed.json()) as { sessions: { sessionId: string }[] }
  return all.sessions.length
}

test.each(CASES)('%s is down when %s arrives', async (part, name) => {
  const text = `${part}: ${name}`
  const way = await wayOf(name, text)
  const before = await sessions()
  begin(part, way.signed, 3)
  const refused = await post(baton, way.signed)
  expect(refused.status).toBe(503)
  expect(refused.headers.get('content-type')).toBe('application/problem+json')
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await sessions()).toBe(before)
  expect(await way.deliver()).toBe(3)
  const session = await sessionWith(baton, text)
  await expectAnswered(baton, session, [text])
  await expect.poll(way.got, PATIENT).toBe(1)
  expect(await sessions()).toBe(before + 1)
  // A redelivery after the service is back is recognised.
  expect(await way.deliver()).toBe(1)
  await expectAnswered(baton, session, [text])
})

test('a warm function does not need Secrets Manager', async () => {
  for (const name of Object.keys(WAYS)) {
    const way = await wayOf(name, `warm: ${name}`)
    begin('Secrets Manager', way.signed, Number.POSITIVE_INFINITY)
    expect(await way.deliver()).toBe(1)
    await expectAnswered(baton, await sessionWith(baton, `warm: ${name}`), [`warm: ${name}`])
  }
})
