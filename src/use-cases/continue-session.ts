/** Raises the budget at which a session has paused, once, and lets it go on: as if the person had said "continue". */
import { putBody } from '../adapters/bodies.ts'
import { enqueue } from '../adapters/queues.ts'
import { readSession } from '../adapters/sessions.ts'
import { Problem } from '../http/problem.ts'

/** Named after the pause, so that a repeated request raises nothing twice. Nothing when there is no such session. */
export async function continueSession(
  sessionId: string,
): Promise<{ sessionId: string; messageId: string } | undefined> {
  const session = await readSession(sessionId)
  if (!session) return undefined
  const { paused, channel } = session
  if (!paused)
    throw new Problem(
      409,
      `Session ${sessionId} is not paused at a budget: there is nothing to continue.`,
    )
  const messageId = `continue-${paused.seq}`
  const first = await putBody(sessionId, messageId, {
    from: 'person',
    channel,
    text: 'continue',
    at: new Date().toISOString(),
    raises: true,
  })
  await enqueue({ sessionId, messageId, channel }, { first })
  return { sessionId, messageId }
}
