/** Connects a function to a queue. */
import { Validations } from 'aws-cdk-lib'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { SqsEventSource, type SqsEventSourceProps } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import type { IConstruct } from 'constructs'

/**
 * Processes each message group in order, and different groups concurrently. The queue redelivers failed messages.
 * Returns the event source mapping.
 */
export function consume(
  fn: IFunction,
  queue: IQueue,
  {
    batchSize,
    maxConcurrency,
  }: Pick<Required<SqsEventSourceProps>, 'batchSize' | 'maxConcurrency'>,
): IConstruct {
  Validations.of(fn).acknowledge({
    id: 'Serverless-LambdaEventSourceMappingDestination',
    reason: 'Failed messages stay on a queue that an alarm watches. Destinations are for streams.',
  })
  const before = new Set(fn.node.children)
  fn.addEventSource(
    new SqsEventSource(queue, { batchSize, maxConcurrency, reportBatchItemFailures: true }),
  )
  const mapping = fn.node.children.find((child) => !before.has(child))
  if (!mapping)
    throw new Error(`${fn.node.path} has no event source mapping for ${queue.node.path}`)
  return mapping
}
