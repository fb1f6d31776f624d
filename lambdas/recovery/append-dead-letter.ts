/** Takes messages that the dispatcher gave up: the same append and wake, and a tombstone for one that cannot be read. */
import { MissingBody, putBody } from '../../src/adapters/bodies.ts'
import { logger } from '../../src/adapters/logger.ts'
import { publish } from '../../src/adapters/metrics.ts'
import type { QueuedMessage } from '../../src/adapters/queues.ts'
import { appendMessage } from '../../src/use-cases/append-message.ts'

/** What fails here too stays on the dead-letter queue and is tried again until it expires; an alarm watches the queue. */
export async function appendDeadLetter(message: QueuedMessage): Promise<void> {
  logger.warn('dead letter', { messageId: message.messageId })
  try {
    await appendMessage(message)
  } catch (error) {
    if (!(error instanceof MissingBody)) throw error
    await bury(message)
  }
  publish({ DeadLetters: 1 })
}

/** The conductor, and through it the person, hears that there was a message. */
async function bury(message: QueuedMessage): Promise<void> {
  await putBody(message.sessionId, message.messageId, {
    from: 'system',
    text: 'A message arrived whose content was lost before it could be read. Tell the person so, and ask for it again.',
    at: new Date().toISOString(),
  })
  await appendMessage(message)
}
