/** Takes messages from the queue: append once, wake the run. */
import { queued } from '../adapters/queue.ts'
import { appendMessage } from '../run/append-message.ts'
import { fifo } from '../run/fifo.ts'

export const handler = fifo(queued, appendMessage)
