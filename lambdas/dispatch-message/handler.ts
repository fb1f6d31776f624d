/** Takes messages from the queue, in order within a session: append once, wake the run. */
import { processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch'
import type { SQSHandler, SQSRecord } from 'aws-lambda'
import { logger } from '../adapters/logger.ts'
import { queued } from '../adapters/queue.ts'
import { appendMessage } from '../run/append-message.ts'

const processor = new SqsFifoPartialProcessorAsync()

/** A session whose message failed keeps the rest of its messages on the queue, in order; other sessions go on. */
export const handler: SQSHandler = async (event, context) =>
  processPartialResponse(event, dispatch, processor, {
    context,
    skipGroupOnError: true,
    throwOnFullBatchFailure: false,
  })

async function dispatch({ body }: SQSRecord): Promise<void> {
  const message = queued.parse(JSON.parse(body))
  try {
    await appendMessage(message)
  } catch (error) {
    logger.error('not appended', { ...message, error })
    throw error
  }
}
