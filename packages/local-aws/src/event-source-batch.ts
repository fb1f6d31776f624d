/** Turns a batch of SQS messages into an event, and a function's response into the ids of failed messages. */
import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { region } from './identity.ts'

/** The event for a batch, in the shape that Lambda gives it. */
export function sqsEvent(messages: readonly Message[], eventSourceARN: string): object {
  const Records = messages.map((message) => ({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
        name,
        attribute(value),
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: region,
  }))
  return { Records }
}

function attribute({ StringValue, BinaryValue, DataType }: MessageAttributeValue): object {
  return {
    ...(StringValue === undefined ? {} : { stringValue: StringValue }),
    ...(BinaryValue === undefined
      ? {}
      : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  }
}

const answer = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish(),
})

/**
 * Returns the ids of the messages that a function reports as failed. A missing or empty response means that all
 * succeeded. A response that is invalid or names an unknown message means that all failed. Source: "Handling
 * errors for an SQS event source", Lambda Developer Guide.
 */
export function failedMessages(payload: unknown, messages: readonly Message[]): Set<string> {
  const all = new Set(messages.map(({ MessageId = '' }) => MessageId))
  if (payload === null || payload === '') return new Set()
  const parsed = answer.safeParse(payload)
  if (!parsed.success) return all
  const named = (parsed.data.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier)
  return named.every((id) => all.has(id)) ? new Set(named) : all
}
