/** SQS event sources: long-polls a queue through the endpoint and invokes a function with each batch. */

import { setTimeout as sleep } from 'node:timers/promises'
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { failedMessages, sqsEvent } from './event-source-batch.ts'
import type { LambdaHost } from './lambda-host.ts'
import type { Declared, Stack } from './stack.ts'

/** Concurrent invocations of one mapping if the template sets no limit. */
const defaultConcurrency = 10

/** Seconds that a receive waits for a message: the maximum of SQS. */
const pollSeconds = 20

/** Milliseconds to wait after a failed receive, so that a broken queue does not use up the CPU. */
const pauseMs = 1000

interface EventSource {
  readonly mapping: Declared<'AWS::Lambda::EventSourceMapping'>
  readonly queueUrl: string
  /** The ARN of the mapping's function. */
  readonly functionArn: string
  readonly client: SQSClient
  readonly lambda: Pick<LambdaHost, 'invoke'>
  readonly log: (line: string) => void
}

/**
 * Starts every mapping of the stack and returns a function that stops them. Invocations in progress continue;
 * their messages are redelivered unless they are deleted in time.
 */
export function startEventSources(
  stack: Stack,
  client: SQSClient,
  lambda: Pick<LambdaHost, 'invoke'>,
  log: (line: string) => void,
): () => void {
  const queues = new Map(stack.all('AWS::SQS::Queue').map(({ arn, url }) => [arn, url] as const))
  const functions = new Map(stack.all('AWS::Lambda::Function').map(({ name, arn }) => [name, arn]))
  const stops = stack.all('AWS::Lambda::EventSourceMapping').map((mapping) => {
    const { EventSourceArn, FunctionName } = mapping.properties
    const queueUrl = queues.get(EventSourceArn)
    if (queueUrl === undefined) {
      throw new Error(`${mapping.logicalId}: the queue ${EventSourceArn} is not in the template`)
    }
    const functionArn = functions.get(FunctionName) ?? FunctionName
    return startEventSource({ mapping, queueUrl, functionArn, client, lambda, log })
  })
  return () => {
    for (const stop of stops) stop()
  }
}

/**
 * Starts a mapping. It receives the next batch while functions handle earlier ones, up to the mapping's
 * concurrency. The queue makes sure that a message group is in one batch at a time. Failed messages stay in the
 * queue and are redelivered after its visibility timeout.
 */
function startEventSource(options: EventSource): () => void {
  const { mapping, log } = options
  const stopped = new AbortController()
  const most = mapping.properties.ScalingConfig?.MaximumConcurrency ?? defaultConcurrency
  const underWay = new Set<Promise<void>>()
  const poll = async () => {
    while (!stopped.signal.aborted) {
      if (underWay.size >= most) {
        await Promise.race(underWay)
        continue
      }
      const messages = await receive(options, stopped.signal)
      if (messages.length === 0) continue
      const delivery = deliver(options, messages)
        .catch((error) => log(`[${mapping.logicalId}] ${error}`))
        .finally(() => underWay.delete(delivery))
      underWay.add(delivery)
    }
  }
  if (mapping.properties.Enabled) void poll()
  return () => stopped.abort()
}

async function receive(
  { client, mapping, queueUrl, log }: EventSource,
  signal: AbortSignal,
): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: mapping.properties.BatchSize,
    WaitTimeSeconds: pollSeconds,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  })
  try {
    return (await client.send(command, { abortSignal: signal })).Messages ?? []
  } catch (error) {
    if (signal.aborted) return []
    log(`[${mapping.logicalId}] ${error}`)
    await sleep(pauseMs, undefined, { signal }).catch(() => {})
    return []
  }
}

async function deliver(options: EventSource, messages: Message[]): Promise<void> {
  const { client, functionArn, lambda, mapping, queueUrl, log } = options
  const { EventSourceArn, FunctionResponseTypes } = mapping.properties
  const outcome = await lambda.invoke(functionArn, sqsEvent(messages, EventSourceArn))
  if (!outcome.ok) return
  const failed = FunctionResponseTypes.includes('ReportBatchItemFailures')
    ? failedMessages(outcome.payload, messages)
    : new Set<string>()
  if (failed.size > 0) log(`[${mapping.logicalId}] ${failed.size} of ${messages.length} failed`)
  const done = messages.filter(({ MessageId = '' }) => !failed.has(MessageId))
  if (done.length === 0) return
  const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }))
  await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
}
