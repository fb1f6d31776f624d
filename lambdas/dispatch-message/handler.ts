/** Takes messages from the queue: appends each once and wakes the run. */
import { queuedMessage } from '../../src/adapters/queues.ts'
import { fifo } from '../../src/triggers/fifo.ts'
import { appendMessage } from '../../src/use-cases/append-message.ts'

export const handler = fifo(queuedMessage, appendMessage)
