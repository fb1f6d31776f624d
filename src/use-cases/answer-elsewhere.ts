/** A person may answer on another channel than that on which they were asked: the answer is passed on to its session. */
import { replaceBody } from '../adapters/bodies.ts'
import { emailOf } from '../adapters/contacts.ts'
import { readWrittenEntries } from '../adapters/entries.ts'
import { waitingSessions } from '../adapters/open-questions.ts'
import type { QueuedMessage } from '../adapters/queues.ts'
import { readSession } from '../adapters/sessions.ts'
import { choiceIn, namedQuestion } from '../core/answer.ts'
import type { PersonBody } from '../core/message.ts'
import type { Question } from '../core/question.ts'
import { type Session, writtenTo } from '../core/session.ts'
import type { Arrival } from '../protocol/append.ts'
import { concernsQuestion, isUnclear, type Reply, wasWrittenAfter } from '../protocol/receive.ts'
import { postMessage } from './post-message.ts'

type Elsewhere = NonNullable<PersonBody['elsewhere']>

/** A longer line, or a question, is not looked up in the index, so that most messages cost no request more. */
const LONGEST = 60
/** How far back to look for the conductor's last words. */
const ENTRIES = 50

/**
 * Returns the question of another session that this message answers: it is a bare answer to the only question that waits
 * for this person, and can mean nothing in its own session. No question waits there, and the conductor has said nothing
 * there since that question was asked.
 */
export async function questionElsewhere(
  { sessionId }: Pick<QueuedMessage, 'sessionId'>,
  body: PersonBody,
  { arrival, reply }: { readonly arrival: Arrival; readonly reply: Reply },
): Promise<Elsewhere | undefined> {
  const { question, sender } = body
  if (question !== undefined || sender === undefined) return undefined
  if (!reply.alone || !mayAnswer(reply.line)) return undefined
  const waiting = await waitingSessions()
  if (waiting.some((each) => each.sessionId === sessionId)) return undefined
  const all = waiting.flatMap(({ sessionId: id, questions }) =>
    questions
      .filter((question) => wasWrittenAfter(reply, question))
      .map((question) => ({ sessionId: id, question })),
  )
  const isMine = await Promise.all(all.map(({ question }) => wasAsked(body, question)))
  const [only, ...others] = all.filter((_, i) => isMine[i])
  if (!only || others.length > 0 || !answers(reply.line, only.question)) return undefined
  if (await isUnclearThere(only, reply)) return undefined
  const own = await readSession(sessionId)
  if (own?.paused && body.ifPaused) return undefined
  const isAboutOwn =
    own && (concernsQuestion(own, arrival, reply) || (await spokeSince(own, only.question)))
  return isAboutOwn ? undefined : { sessionId: only.sessionId, question: only.question.id }
}

const mayAnswer = (line: string) => line.length <= LONGEST && !line.endsWith('?')

function answers(line: string, question: Question): boolean {
  const { id = question.id, rest } = namedQuestion(line)
  return id === question.id && choiceIn(rest, question) !== undefined
}

/** Returns whether the conductor has said more there since, so that a bare answer decides nothing. */
async function isUnclearThere(
  { sessionId, question }: { readonly sessionId: string; readonly question: Question },
  reply: Reply,
): Promise<boolean> {
  if (question.kind === 'ask' || namedQuestion(reply.line).id !== undefined) return false
  const there = await readSession(sessionId)
  return there === undefined || isUnclear(there, question, reply)
}

/**
 * Returns whether the person was asked this: under the address that they write from, or under one that the list of people
 * says is theirs. The operator is not looked for: over HTTP they name the session, or the question itself.
 */
async function wasAsked({ sender }: PersonBody, { asked }: Question): Promise<boolean> {
  if (sender === undefined) return false
  if (asked.includes(sender)) return true
  const numbers = [sender, ...asked].filter((address) => address.startsWith('+'))
  for (const number of numbers) {
    const email = await emailOf(number)
    const isTheirs = number === sender ? asked.includes(email ?? '') : email === sender
    if (isTheirs) return true
  }
  return false
}

/** Returns whether the conductor has spoken in the session since the question was asked. */
async function spokeSince(session: Session, { askedAt }: Question): Promise<boolean> {
  const range = { after: session.forgottenTo ?? 0, before: writtenTo(session) + 1 }
  const entries = await readWrittenEntries(session.sessionId, range, {
    limit: ENTRIES,
    order: 'desc',
  })
  return entries.some(({ role, at, text }) => role === 'conductor' && text !== '' && at > askedAt)
}

/**
 * Passes the answer on. Where it goes is written into the message first, so that a repeated call passes it on to the same
 * question.
 */
export async function passOn(
  { sessionId, messageId }: QueuedMessage,
  body: PersonBody,
  elsewhere: Elsewhere,
  line: string,
): Promise<void> {
  const { channel, at, sender, replyTo } = body
  if (!body.elsewhere) await replaceBody(sessionId, messageId, { ...body, elsewhere })
  await postMessage(
    { sessionId: elsewhere.sessionId, messageId: `from-${messageId}`, channel },
    { from: 'person', channel, text: line, at, sender, replyTo, question: elsewhere.question },
  )
}
