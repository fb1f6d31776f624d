/** Removes from an email what its thread has said before. */
import { replaceBody } from '../adapters/bodies.ts'
import { readWrittenEntries } from '../adapters/entries.ts'
import { env } from '../adapters/environment.ts'
import { progressOf } from '../adapters/sessions.ts'
import { keepWhole } from '../channels/email/keep-files.ts'
import { type ThreadText, withoutQuotes } from '../channels/email/remove-quotes.ts'
import { SENDER_NAME } from '../channels/email/sender-name.ts'
import { sentText } from '../commands/index.ts'
import type { Entry } from '../core/history.ts'
import type { Body } from '../core/message.ts'
import { type MessageIds, requestsIn } from './accept-message.ts'

/** How far back a quote is recognised. */
const ENTRIES = 100

/**
 * Returns the body without the quotes of an email, and stores it so if it had any. The full text stays as a file. This is
 * done before the message is appended and not when it is received, because the function that strangers reach must not
 * read what was said.
 */
export async function removeQuotes(
  { sessionId, messageId }: MessageIds,
  body: Body,
): Promise<Body> {
  if (body.from !== 'person' || body.channel !== 'email') return body
  // By now the history may hold this email itself, which quotes nothing because it was delivered twice.
  const progress = await progressOf(sessionId, messageId)
  if (!progress || progress.seen !== undefined) return body
  const range = { after: 0, before: progress.lastSeq + 1 }
  const entries = await readWrittenEntries(sessionId, range, { limit: ENTRIES, order: 'desc' })
  const { subject = '' } = body
  const text = withoutQuotes(body.text, { texts: entries.flatMap(textsOf), subject })
  if (text === body.text) return body
  const { slashCommand: _, raises: __, ifPaused: ___, files = [], ...rest } = body
  const whole = body.whole ?? (await keepWhole(sessionId, messageId, body.text))
  const shortened: Body = {
    ...rest,
    text: text || '(no text)',
    files: body.whole ? files : [...files, whole],
    whole,
    ...requestsIn(text),
  }
  await replaceBody(sessionId, messageId, shortened)
  return shortened
}

/** Returns the texts of an entry that people have seen. Reports of workers are for the conductor only. */
function textsOf({ role, text, sender, commands = [] }: Entry): readonly ThreadText[] {
  if (role === 'worker') return []
  if (role === 'user') return [{ text, authors: sender === undefined ? [] : [sender] }]
  const own = env('EMAIL_ADDRESS')
  const authors = [SENDER_NAME.toLowerCase(), ...(own === undefined ? [] : [own])]
  return [text, ...commands.flatMap((command) => sentText(command) ?? [])]
    .filter((each) => each !== '')
    .map((each) => ({ text: each, authors }))
}
