/** Handles a FIFO queue's messages: in order within a session, while sessions are independent. */
import { processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch'
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda'
import type * as z from 'zod'
import { logAbout, logger } from '../adapters/logger.ts'
import { readName } from '../core/execution-name.ts'
import { logIds } from '../core/log-ids.ts'

const processor = new SqsFifoPartialProcessorAsync()

interface OfSession {
  readonly sessionId: string
  readonly messageId?: string
}

/**
 * Returns a Lambda handler. `take` also gets how often the message was received. If a message fails, later messages of its session stay on the queue, in order. Other
 * sessions continue.
 */
export const fifo =
  <Message extends OfSession>(
    schema: z.ZodType<Message>,
    take: (message: Message, received: number) => Promise<void>,
  ): ((event: SQSEvent, context: Context) => Promise<unknown>) =>
  async (event, context) =>
    processPartialResponse(
      event,
      ({ body, attributes: { ApproximateReceiveCount: received } }: SQSRecord) =>
        about(schema.parse(JSON.parse(body)), (message) => take(message, Number(received))),
      processor,
      {
        context,
        skipGroupOnError: true,
        throwOnFullBatchFailure: false,
      },
    )

/** Logs an error and throws it on, so that the message is delivered again. A worker report's id contains its leg. */
const about = <Message extends OfSession>(
  message: Message,
  take: (message: Message) => Promise<void>,
): Promise<void> => {
  const { sessionId, messageId } = message
  const ids = { sessionId, ...logIds(readName(`${sessionId}.${messageId}`)) }
  return logAbout(ids, () =>
    take(message).catch((error: unknown) => {
      logger.error('failed', { messageId, error })
      throw error
    }),
  )
}
