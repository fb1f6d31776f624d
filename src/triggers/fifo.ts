/** The one chain of every consumer of a queue: in order within a session, sessions independent of each other. */
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

/** A session whose message failed keeps the rest of its messages on the queue, in order; other sessions go on. */
export const fifo =
  <Message extends OfSession>(
    schema: z.ZodType<Message>,
    take: (message: Message) => Promise<void>,
  ): ((event: SQSEvent, context: Context) => Promise<unknown>) =>
  async (event, context) =>
    processPartialResponse(
      event,
      ({ body }: SQSRecord) => about(schema.parse(JSON.parse(body)), take),
      processor,
      {
        context,
        skipGroupOnError: true,
        throwOnFullBatchFailure: false,
      },
    )

/** What fails is logged and thrown on: the message comes back. A report's id is its leg's. */
const about = <Message extends OfSession>(
  message: Message,
  take: (message: Message) => Promise<void>,
): Promise<void> => {
  const { sessionId, messageId } = message
  const ids = { sessionId, ...logIds(readName(`${sessionId}.${messageId}`)) }
  return logAbout(ids, () =>
    take(message).catch((error: unknown) => {
      logger.error('not taken', { messageId, error })
      throw error
    }),
  )
}
