/** Takes messages from the queue: append once, wake the run. */
import { queuedMessage } from '../../src/adapters/queues.ts'
import { fifo } from '../../src/triggers/fifo.ts'
import { appendMessage } from '../../src/use-cases/append-message.ts'

export const handler = fifo(queuedMessage, appendMessage)
