/** How a function consumes a queue. */
import { Validations } from 'aws-cdk-lib'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { SqsEventSource, type SqsEventSourceProps } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'

/** One group of the queue at a time, many groups at once; what fails comes back by itself. */
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
    reason: 'What fails stays on a queue that an alarm watches; a destination is for streams.',
  })
  fn.addEventSource(
    new SqsEventSource(queue, { batchSize, maxConcurrency, reportBatchItemFailures: true }),
  )
}
