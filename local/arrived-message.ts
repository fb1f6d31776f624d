/** Follows a message that a person has sent by SMS or email, in the session that it has reached. */
import { SCHEMAS, type ShapeOf } from '../src/contract/api/index.ts'
import { callApi, type Server } from './local-api.ts'

/** Who sent it, and when, in milliseconds since the epoch. */
export interface SentMessage {
  readonly channel: 'sms' | 'email'
  readonly sender: string
  readonly at: number
}

/** Where a message is in a history. */
export interface ArrivedMessage {
  readonly sessionId: string
  readonly seq: number
}

export interface Progress {
  /** Nothing is left to do: its run has ended, or is paused, and every reply has been sent or refused. */
  readonly isOver: boolean
  /** The budget that is used up, if that has paused the session. */
  readonly paused: string | null
  /** The numbers of the questions that wait for an answer. */
  readonly questions: readonly string[]
  /** Why replies did not reach the person. */
  readonly problems: readonly string[]
}

/** An SMS's session is among the latest; others may be busy at the same time. */
const SESSIONS = 20
const LATEST_ENTRIES = 30

type Entry = ShapeOf<'Entry'>

const DONE = ['sent', 'delivered', 'undelivered', 'refused', 'in doubt']
const FAILED = ['undelivered', 'refused', 'in doubt']

/** Returns where the message has arrived, or undefined if it has not yet. */
export async function findMessage(
  server: Server,
  { channel, sender, at }: SentMessage,
): Promise<ArrivedMessage | undefined> {
  const { sessions } = SCHEMAS.SessionPage.parse(
    await callApi(server, `/api/sessions?limit=${SESSIONS}`),
  )
  for (const { sessionId } of sessions.filter((each) => each.channel === channel)) {
    const { lastSeq } = await detailOf(server, sessionId)
    const entries = await entriesAfter(server, sessionId, Math.max(0, lastSeq - LATEST_ENTRIES))
    const found = entries.findLast(
      (entry) =>
        entry.role === 'user' && isSame(entry.sender, sender) && Date.parse(entry.at) >= at,
    )
    if (found) return { sessionId, seq: found.seq }
  }
  return undefined
}

/** Returns how far its answer is. */
export async function progressOf(
  server: Server,
  { sessionId, seq }: ArrivedMessage,
  { sender }: SentMessage,
): Promise<Progress> {
  const { state, paused, questions, lastSeq } = await detailOf(server, sessionId)
  // The state was read first, and a run that has closed may still write its last entries.
  const entries = await entriesAfter(server, sessionId, seq)
  const deliveries = entries
    .flatMap((entry) => entry.deliveries ?? [])
    .filter(({ to }) => isSame(to, sender))
  const isComplete = (entries.at(-1)?.seq ?? seq) >= lastSeq
  return {
    isOver: ['idle', 'waiting', 'paused'].includes(state) && isComplete && entries.every(isSent),
    paused,
    questions: questions.map(({ number }) => number),
    problems: deliveries.filter(({ status }) => FAILED.includes(status)).map(problemOf),
  }
}

/** Returns how many of a person's messages were ignored, and why the last one was. */
export async function ignoredMessages(server: Server, person: string) {
  const { people } = SCHEMAS.PersonPage.parse(
    await callApi(server, '/api/people?list=unknown&limit=100'),
  )
  const { messages = 0, reason = '' } = people.find(({ address }) => isSame(address, person)) ?? {}
  return { messages, reason }
}

/** Whether everybody who gets its text has got it, or never will. */
const isSent = ({ recipients = [], deliveries = [] }: Entry) =>
  recipients.every(({ name }) => deliveries.some((each) => each.name === name)) &&
  deliveries.every(({ status }) => DONE.includes(status))

const problemOf = ({ status, problem = '' }: ShapeOf<'Delivery'>) =>
  `${status}${problem && `: ${problem}`}`

const detailOf = async (server: Server, sessionId: string) =>
  SCHEMAS.Session.parse(await callApi(server, `/api/sessions/${sessionId}`))

/** Returns all entries after one. */
async function entriesAfter(server: Server, sessionId: string, after: number) {
  const entries: Entry[] = []
  for (let seq = after; ; ) {
    const route = `/api/sessions/${sessionId}/messages?after=${seq}`
    const { messages, next } = SCHEMAS.EntryPage.parse(await callApi(server, route))
    if (messages.length === 0) return entries
    entries.push(...messages)
    seq = next
  }
}

const isSame = (one: string | undefined, other: string) =>
  one?.toLowerCase() === other.toLowerCase()
