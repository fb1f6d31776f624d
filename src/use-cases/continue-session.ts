/** Continues a paused session and raises its budget once, as if the person had sent `/continue`. */
import { readSession } from '../adapters/sessions.ts'
import { Problem } from '../http/problem.ts'
import { postMessage } from './post-message.ts'

/**
 * Returns undefined if there is no such session. The message id derives from the pause, so a repeated request has no
 * effect.
 */
export async function continueSession(
  sessionId: string,
): Promise<{ sessionId: string; messageId: string } | undefined> {
  const session = await readSession(sessionId)
  if (!session) return undefined
  const { paused, channel } = session
  if (!paused)
    throw new Problem(409, `There is nothing to continue: session ${sessionId} is not paused.`)
  const messageId = `continue-${paused.seq}`
  await postMessage(
    { sessionId, messageId, channel },
    {
      from: 'person',
      channel,
      text: '/continue',
      at: new Date().toISOString(),
      slashCommand: 'continue',
    },
  )
  return { sessionId, messageId }
}
