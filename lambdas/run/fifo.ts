/** The one chain of every consumer of the queue: in order within a session, sessions independent of each other. */
import { processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch'
import type { SQSHandler, SQSRecord } from 'aws-lambda'
import { type Queued, queued } from '../adapters/queue.ts'

const processor = new SqsFifoPartialProcessorAsync()

/** A session whose message failed keeps the rest of its messages on the queue, in order; other sessions go on. */
export const fifo =
  (take: (message: Queued) => Promise<void>): SQSHandler =>
  async (event, context) =>
    processPartialResponse(
      event,
      ({ body }: SQSRecord) => take(queued.parse(JSON.parse(body))),
      processor,
      {
        context,
        skipGroupOnError: true,
        throwOnFullBatchFailure: false,
      },
    )
