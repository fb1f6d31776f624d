/** Takes messages from the queue: append once, wake the run. */
import { logger } from '../adapters/logger.ts'
import { appendMessage } from '../run/append-message.ts'
import { fifo } from '../run/fifo.ts'

export const handler = fifo(async (message) => {
  try {
    await appendMessage(message)
  } catch (error) {
    logger.error('not appended', { ...message, error })
    throw error
  }
})
