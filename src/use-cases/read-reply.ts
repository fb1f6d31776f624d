/** Reads what a person's message may say to a question. Only their own words count, and nothing is guessed. */
import { readWrittenEntries } from '../adapters/entries.ts'
import { progressOf } from '../adapters/sessions.ts'
import { type OwnWords, ownWords } from '../core/answer.ts'
import type { Entry } from '../core/history.ts'
import type { PersonBody } from '../core/message.ts'
import { answeringText } from '../core/prompt.ts'
import type { Reply } from '../protocol/receive.ts'
import type { MessageIds } from './accept-message.ts'

/** How far back a signature is recognised. */
const ENTRIES = 100
/** Whatever is longer is no bare answer: a choice has at most 200 characters. */
const LONGEST = 4_000

/**
 * Returns the first line and whether it stands alone. Below it only a signature may follow: lines with which an earlier
 * message of the same person in the session ended.
 */
export async function readReply(ids: MessageIds, body: PersonBody): Promise<Reply> {
  const { question, sender, at } = body
  const text = answeringText(body)
  const words = ownWords(text, [])
  if (words.alone || words.line === '' || text.length > LONGEST) return { ...words, question, at }
  return { ...(await withSignature(ids, text, sender)), question, at }
}

async function withSignature(
  { sessionId, messageId }: MessageIds,
  text: string,
  sender: string | undefined,
): Promise<OwnWords> {
  const progress = await progressOf(sessionId, messageId)
  const mayAnswer = progress && progress.seen === undefined && progress.lastQuestion !== undefined
  if (!mayAnswer) return ownWords(text, [])
  const range = { after: 0, before: progress.lastSeq + 1 }
  const entries = await readWrittenEntries(sessionId, range, { limit: ENTRIES, order: 'desc' })
  return ownWords(text, entries.filter(isFrom(sender)).map(textOf))
}

const isFrom =
  (sender: string | undefined) =>
  ({ role, sender: other }: Entry) =>
    role === 'user' && other === sender

const textOf = ({ text }: Entry) => text
