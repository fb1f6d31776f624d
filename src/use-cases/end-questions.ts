/** Reminds people of a session's open questions, and ends those that nobody has answered in time. */
import { findBody, putBody } from '../adapters/bodies.ts'
import type { WaitingSession } from '../adapters/open-questions.ts'
import { changeSession } from '../adapters/sessions.ts'
import { type Body, replyAddresses } from '../core/message.ts'
import type { Question } from '../core/question.ts'
import { defaultText } from '../core/question-text.ts'
import { dueOf, expire, remind } from '../protocol/expire.ts'
import { flushWithoutRun } from './flush-history.ts'
import { wakeRun } from './wake-run.ts'

/** Does what is due at `now` (ms since the epoch). Repeating it changes nothing. */
export async function endQuestions(
  { sessionId, questions }: WaitingSession,
  now: number,
): Promise<void> {
  for (const question of questions) {
    const due = dueOf(question, now)
    if (due === 'reminder') await remindOf(sessionId, question, now)
    if (due === 'end') await endOne(sessionId, question, now)
  }
}

async function remindOf(sessionId: string, { id }: Question, now: number): Promise<void> {
  const reminded = await changeSession(sessionId, (session) => remind(session, id, now))
  if (reminded?.output) await flushWithoutRun(reminded.item)
}

async function endOne(sessionId: string, question: Question, now: number): Promise<void> {
  const message = { id: `expired-${question.id}`, size: 0 }
  if (question.default !== undefined) {
    const found = await Promise.all(question.about.map(({ id }) => findBody(sessionId, id)))
    const replyTo = replyAddresses(found.flatMap((each) => each?.body ?? []))
    const body: Body = {
      from: 'system',
      text: defaultText(question),
      at: new Date(now).toISOString(),
      replyTo,
    }
    await putBody(sessionId, message.id, body)
    message.size = Buffer.byteLength(body.text)
  }
  const ended = await changeSession(sessionId, (session) =>
    expire(session, question.id, message, now),
  )
  if (!ended) return
  await flushWithoutRun(ended.item)
  await wakeRun(sessionId, ended.output)
}
