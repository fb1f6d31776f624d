/** Connects a function to a queue. */
import { Validations } from 'aws-cdk-lib'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { SqsEventSource, type SqsEventSourceProps } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'

/** Processes each message group in order and different groups concurrently. The queue redelivers failed messages. */
export function consume(
  fn: IFunction,
  queue: IQueue,
  {
    batchSize,
    maxConcurrency,
  }: Pick<Required<SqsEventSourceProps>, 'batchSize' | 'maxConcurrency'>,
): void {
  Validations.of(fn).acknowledge({
    id: 'Serverless-LambdaEventSourceMappingDestination',
    reason: 'Failed messages stay on a queue that an alarm watches. Destinations are for streams.',
  })
  fn.addEventSource(
    new SqsEventSource(queue, { batchSize, maxConcurrency, reportBatchItemFailures: true }),
  )
}
