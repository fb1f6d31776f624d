/** Plays the hostile corpus against a running Baton, and returns the outcome of each case. */
import { setTimeout as wait } from 'node:timers/promises'
import { sessionIdOf } from '../../src/channels/email/thread.ts'
import type { Entry } from '../../src/core/history.ts'
import type { TestBaton } from './baton.ts'
import {
  type EmailCase,
  type HostileCase,
  isFromAllowedSender,
  type SmsCase,
  type Way,
} from './hostile-case.ts'
import { mapLimit } from './map-limit.ts'

const PERSON = '+15550100'
export const SMS_SESSION = `sms-${PERSON.slice(1)}`
const OWN = 'baton@example.com'
const PROVEN = { mode: 'raw', spf: 'pass', dkim: '{@example.com : pass}' } as const

/** Maximum number of concurrent conversations. */
const AT_ONCE = 5
const PATIENCE_MS = 280_000

/** A case that was played. */
export interface Played {
  readonly hostile: HostileCase
  readonly way: Way
  /** The response to the provider; null if there was none. */
  readonly status: number | null
  /** The session that it would belong to. */
  readonly sessionId: string
  readonly writer: string
}

/** Plays these cases in a small number of concurrent conversations, because each takes a sandbox. */
export async function play(
  baton: TestBaton,
  way: Way,
  cases: readonly HostileCase[],
): Promise<readonly Played[]> {
  const played: Played[] = []
  const conversations = [...Map.groupBy(cases, conversationOf)]
  await mapLimit(conversations, AT_ONCE, async ([name, members]) => {
    const [first] = members
    const root = `<${way} ${name}@example.com>`.replaceAll(/[^\w<>@.-]+/g, '-')
    // Only the same person can continue a thread of their own emails.
    const writer = (hostile: HostileCase) => writerOf(hostile, name)
    const sessionId =
      first?.channel === 'email' ? sessionIdOf(`${writer(first)}\n${root}`) : SMS_SESSION
    const isAnswered = members.every(isFromAllowedSender)
    const before = isAnswered ? await baton.history(sessionId) : []
    for (const hostile of members) {
      const status =
        hostile.channel === 'sms'
          ? await sendSms(baton, hostile, writer(hostile))
          : await sendEmail(
              baton,
              { hostile, from: writer(hostile) },
              hostile === first ? { messageId: root } : { inReplyTo: root },
            )
      played.push({ hostile, way, status, sessionId, writer: writer(hostile) })
    }
    if (isAnswered) await ended(baton, sessionId, { before, messages: members.length })
  })
  return played
}

/** All SMS of one number are one session. The emails of a family share one by replying to its first. */
function conversationOf(hostile: HostileCase): string {
  const { channel, name, alone } = hostile
  if (!isFromAllowedSender(hostile) || (alone && channel === 'email')) return name
  return channel === 'sms' ? 'sms' : (name.split(':')[0] ?? name)
}

const writerOf = (hostile: HostileCase, conversation: string): string =>
  hostile.channel === 'sms'
    ? (hostile.sms.from ?? PERSON)
    : (hostile.email.from ?? `${conversation.replaceAll(/\W+/g, '-').toLowerCase()}@example.com`)

async function sendSms(baton: TestBaton, hostile: SmsCase, from: string): Promise<number | null> {
  const url = `${baton.url}/api/webhooks/sms`
  const posted =
    hostile.sent === 'unsigned'
      ? await fetch(url, { method: 'POST', body: new URLSearchParams({ From: from, ...UNSIGNED }) })
      : await baton.twilio.deliver({ ...hostile.sms, from }, url)
  return posted.status
}

const UNSIGNED = { To: '+15550199', Body: '/stop', MessageSid: `SM${'0'.repeat(32)}` }

async function sendEmail(
  baton: TestBaton,
  { hostile, from }: { hostile: EmailCase; from: string },
  thread: { messageId: string } | { inReplyTo: string },
): Promise<number | null> {
  const { status } = await baton.sendgrid.deliver(
    { to: OWN, subject: 'Hello', text: '', from, ...hostile.email, ...thread },
    `${baton.url}/api/webhooks/email`,
    { ...PROVEN, ...hostile.how },
  )
  return status
}

/** The end of each run has a receipt. */
const runs = (entries: readonly Entry[]) => entries.filter(({ receipt }) => receipt).length
const saidBy = (entries: readonly Entry[]) => entries.filter(({ role }) => role === 'user').length

/** Waits until these messages were received and a run ended with all reports of its workers. */
async function ended(
  baton: TestBaton,
  sessionId: string,
  { before, messages }: { before: readonly Entry[]; messages: number },
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const entries = await baton.history(sessionId)
    const isHeardOut = saidBy(entries) === saidBy(before) + messages
    if (isHeardOut && runs(entries) > runs(before) && entries.at(-1)?.receipt) return
    if (Date.now() > deadline)
      throw new Error(`${sessionId} did not end: ${JSON.stringify(entries, null, 1)}`)
    await wait(400)
  }
}
