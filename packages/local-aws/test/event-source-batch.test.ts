/** A function's response to a batch is interpreted as Lambda does. */
import { expect, test } from 'vitest'
import { failedMessages, sqsEvent } from '../src/event-source-batch.ts'

const messages = [{ MessageId: 'a' }, { MessageId: 'b' }, { MessageId: 'c' }]
const failing = (...ids: unknown[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
})

test.each([
  ['nothing', null, []],
  ['an empty text', '', []],
  ['an empty object', {}, []],
  ['no list', { batchItemFailures: null }, []],
  ['an empty list', failing(), []],
  ['one id', failing('b'), ['b']],
  ['the failed one and all after it', failing('b', 'c'), ['b', 'c']],
  ['an unknown id', failing('x'), ['a', 'b', 'c']],
  ['an empty id', failing(''), ['a', 'b', 'c']],
  ['no id', failing(null), ['a', 'b', 'c']],
  ['a bad key', { batchItemFailures: [{ id: 'a' }] }, ['a', 'b', 'c']],
  ['a number', 7, ['a', 'b', 'c']],
])('%s', (_, payload, failed) => {
  expect([...failedMessages(payload, messages)]).toEqual(failed)
})

test('a message becomes a record of the event', () => {
  const message = {
    MessageId: 'id',
    ReceiptHandle: 'handle',
    Body: 'text',
    MD5OfBody: 'md5',
    Attributes: { MessageGroupId: 'g' },
    MessageAttributes: {
      text: { DataType: 'String', StringValue: 'x' },
      bytes: { DataType: 'Binary', BinaryValue: Buffer.from('x') },
    },
  }
  const none = { stringListValues: [], binaryListValues: [] }
  expect(sqsEvent([message], 'arn:aws:sqs:us-east-1:000000000000:q')).toEqual({
    Records: [
      {
        messageId: 'id',
        receiptHandle: 'handle',
        body: 'text',
        md5OfBody: 'md5',
        attributes: { MessageGroupId: 'g' },
        messageAttributes: {
          text: { stringValue: 'x', dataType: 'String', ...none },
          bytes: { binaryValue: 'eA==', dataType: 'Binary', ...none },
        },
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:q',
        awsRegion: 'us-east-1',
      },
    ],
  })
})
