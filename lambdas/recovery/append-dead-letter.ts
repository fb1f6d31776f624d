/** Appends messages that dispatch-message gave up, with a replacement for one whose body is lost. */
import { MissingBody, putBody } from '../../src/adapters/bodies.ts'
import { logger } from '../../src/adapters/logger.ts'
import { publish } from '../../src/adapters/metrics.ts'
import type { QueuedMessage } from '../../src/adapters/queues.ts'
import { appendMessage } from '../../src/use-cases/append-message.ts'

/**
 * Appends a message and wakes its run. If that fails again, it stays on the dead-letter queue until it expires; an
 * alarm watches the queue.
 */
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

/** Appends a notice instead, so that the conductor can tell the person about the lost message. */
async function bury(message: QueuedMessage): Promise<void> {
  await putBody(message.sessionId, message.messageId, {
    from: 'system',
    text: 'A message arrived, but its content was lost. Tell the person and ask them to send it again.',
    at: new Date().toISOString(),
  })
  await appendMessage(message)
}
