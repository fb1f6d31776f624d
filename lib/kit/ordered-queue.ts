/** A FIFO queue with Baton's defaults: encrypted, TLS only, in order within a session, two weeks of retention. */
import { Duration } from 'aws-cdk-lib'
import {
  type DeadLetterQueue,
  DeduplicationScope,
  FifoThroughputLimit,
  Queue,
  QueueEncryption,
} from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'

export interface OrderedQueueProps {
  /** How long its consumer may take for a batch. The visibility timeout is six times that, as AWS advises. */
  readonly consumer: Duration
  readonly deadLetters?: DeadLetterQueue
}

export const orderedQueue = (
  scope: Construct,
  id: string,
  { consumer, deadLetters }: OrderedQueueProps,
): Queue =>
  new Queue(scope, id, {
    fifo: true,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    // Ids are unique within a session, not across sessions.
    deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
    fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
    visibilityTimeout: Duration.seconds(6 * consumer.toSeconds()),
    retentionPeriod: Duration.days(14),
    ...(deadLetters && { deadLetterQueue: deadLetters }),
  })
