/** The operator answers a question of any session, as if they had written in that session. */
import { findBody } from '../adapters/bodies.ts'
import { readSession } from '../adapters/sessions.ts'
import { choiceIn } from '../core/answer.ts'
import { questionNumber } from '../core/question.ts'
import { readQuestionId } from '../core/question-view.ts'
import type { Session } from '../core/session.ts'
import { Problem } from '../http/problem.ts'
import { isUnread } from '../protocol/own-words.ts'
import type { MessageIds } from './accept-message.ts'
import { postMessage } from './post-message.ts'

/**
 * Returns the ids of the message that answers it. Repeating an answer that is on its way has no effect. Throws 404 if there
 * is no such question, 409 if it no longer waits or if another answer is on its way, and 422 if only a choice can answer it
 * and this is none.
 */
export async function answerQuestion(unique: string, answer: string): Promise<MessageIds> {
  const { sessionId, id } = readQuestionId(unique)
  const session = await readSession(sessionId)
  const { questions = [], lastQuestion = 0 } = session ?? {}
  if (!session || questionNumber(id) > lastQuestion)
    throw new Problem(404, `There is no question ${unique}.`)
  const question = questions.find((each) => each.id === id)
  if (!question) throw closed(unique)
  const choice = choiceIn(answer, question)
  if (question.kind !== 'ask' && choice === undefined)
    throw new Problem(
      422,
      `Only a choice answers question ${unique}: ${question.choices.map((each, i) => `${i + 1} or “${each}”`).join(', ')}.`,
    )
  // A choice counts if it is one line.
  const text = choice === undefined ? answer.trim() : answer.trim().replaceAll(/\s+/g, ' ')
  return post(session, unique, { id, text })
}

/**
 * Posts the answer under the first id that is free. The ids derive from the question, so that a repeated answer is the same
 * message. An id is used up if its message was read and has left the question open.
 */
async function post(
  session: Session,
  unique: string,
  { id, text }: { readonly id: string; readonly text: string },
): Promise<MessageIds> {
  const { sessionId, channel } = session
  for (let n = 1; ; n++) {
    const ids = { sessionId, messageId: n === 1 ? `answer-${id}` : `answer-${id}-${n}` }
    const known = await findBody(sessionId, ids.messageId)
    const wasRead = known?.appended || session.seen[ids.messageId] !== undefined
    if (wasRead && !isUnread(session, ids.messageId)) continue
    const first = await postMessage(
      { ...ids, channel },
      { from: 'person', channel: 'http', text, at: new Date().toISOString(), question: id },
    )
    if (!first && (await findBody(sessionId, ids.messageId))?.body.text !== text)
      throw underWay(unique)
    return ids
  }
}

const closed = (unique: string) =>
  new Problem(
    409,
    `Question ${unique} no longer waits for an answer: it was answered, has expired, or was dropped. This answer did nothing. The history of the session says what became of it.`,
  )

const underWay = (unique: string) =>
  new Problem(
    409,
    `Another answer to question ${unique} is on its way. This one did nothing. Once the conductor has read that answer, the question is closed, or you can answer again.`,
  )
