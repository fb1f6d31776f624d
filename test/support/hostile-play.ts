/** Plays the hostile corpus against a running Baton, and tells what became of each case. */
import { setTimeout as wait } from 'node:timers/promises'
import { sessionIdOf } from '../../src/channels/email/thread.ts'
import type { Entry } from '../../src/core/history.ts'
import type { TestBaton } from './baton.ts'
import {
  type EmailCase,
  type HostileCase,
  isHeard,
  type SmsCase,
  type Way,
} from './hostile-case.ts'
import { mapLimit } from './map-limit.ts'

const PERSON = '+15550100'
export const SMS_SESSION = `sms-${PERSON.slice(1)}`
const OWN = 'baton@example.com'
const PROVEN = { mode: 'raw', spf: 'pass', dkim: '{@example.com : pass}' } as const

/** So many conversations are held at a time. */
const AT_ONCE = 5
const PATIENCE_MS = 280_000

/** A case as it was played. */
export interface Played {
  readonly hostile: HostileCase
  readonly way: Way
  /** What the provider was answered; null for no answer. */
  readonly status: number | null
  /** Where it would be heard. */
  readonly sessionId: string
  readonly writer: string
}

/** Plays these cases in a few conversations side by side, for each of them takes a sandbox. */
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
    // One of a person's own emails is gone on with by that person alone.
    const writer = (hostile: HostileCase) => writerOf(hostile, name)
    const sessionId =
      first?.channel === 'email' ? sessionIdOf(`${writer(first)}\n${root}`) : SMS_SESSION
    const isAnswered = members.every(isHeard)
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

/** All SMS of one number are one; of emails those of a family that share one by answering its first. */
function conversationOf(hostile: HostileCase): string {
  const { channel, name, alone } = hostile
  if (!isHeard(hostile) || (alone && channel === 'email')) return name
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

/** Each run's end has a receipt. */
const runs = (entries: readonly Entry[]) => entries.filter(({ receipt }) => receipt).length
const saidBy = (entries: readonly Entry[]) => entries.filter(({ role }) => role === 'user').length

/** Waits until these messages were heard, and a run came to its end with all that its workers reported. */
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
