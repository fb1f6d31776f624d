/** The dead-letter queue of deliveries and cancellations: what is on it, and how that goes back to its own queue. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { QUEUE_IDS } from '../../lib/resources/queue-ids.ts'
import { told } from '../aws.ts'
import { CliError, reasonOf } from '../errors.ts'
import type { StackAccess } from '../stack-access.ts'
import { type Origin, originOf } from './dead-letter.ts'

/** A message on the dead-letter queue. */
export interface DeadLetter {
  readonly messageId: string
  /** Its message group. */
  readonly sessionId: string
  /** Since when it is on the queue, ISO 8601. */
  readonly since: string
  readonly body: string
}

export interface Moved {
  readonly letter: DeadLetter
  /** Why it stays on the dead-letter queue. */
  readonly problem?: string
}

/** A command that is killed hides what it has received for so long. Otherwise it is shown again at once. */
const HIDDEN_SECONDS = 60

/** SQS asks all of its servers only if it may wait. */
const WAIT_SECONDS = 1

/** The most that one request may contain. */
const BATCH = 10

type Received = DeadLetter & { readonly receipt: string }

export class FailuresQueue {
  readonly #client: SQSClient
  readonly #url: string
  readonly #origins: Readonly<Record<Origin, string>>

  /** Throws a CliError if the stack has no such queues. */
  constructor({ config, resources, stack }: StackAccess) {
    this.#client = new SQSClient({ maxAttempts: 4, ...config })
    const urlOf = (name: keyof typeof QUEUE_IDS): string => {
      const found = resources.find(({ logicalId }) => logicalId === QUEUE_IDS[name].queue)
      if (found) return found.physicalId
      throw new CliError(`The stack ${stack} has no queue ${name}, so it is not one of Baton.`, {
        cure: 'Choose another stack with --stack, or another AWS_PROFILE or AWS_REGION.',
      })
    }
    this.#url = urlOf('Failures')
    this.#origins = { delivery: urlOf('Deliveries'), cancellation: urlOf('Cancellations') }
  }

  /**
   * Returns the messages that SQS hands out, and about how many there are besides: it hands out a session's messages from
   * the first one on, and none that somebody else has received.
   */
  async list(): Promise<{ readonly letters: readonly DeadLetter[]; readonly others: number }> {
    const held: Received[] = []
    try {
      for await (const received of this.#receive()) held.push(received)
      const total = await this.#count()
      return { letters: held.map(withoutReceipt), others: Math.max(0, total - held.length) }
    } finally {
      await this.#release(held)
    }
  }

  /**
   * Sends messages back, all or those of one session, in order within a session. A message is deleted only after it was
   * sent. If the process dies between the two, both queues have it, which is harmless: consumers are idempotent.
   */
  async *moveBack(sessionId?: string): AsyncGenerator<Moved, void> {
    const kept: Received[] = []
    const blocked = new Set<string>()
    try {
      for await (const received of this.#receive()) {
        const isOther = sessionId !== undefined && received.sessionId !== sessionId
        const problem = isOther ? undefined : await this.#move(received, blocked)
        if (isOther || problem !== undefined) kept.push(received)
        if (problem !== undefined) blocked.add(received.sessionId)
        if (!isOther)
          yield { letter: withoutReceipt(received), ...(problem !== undefined && { problem }) }
      }
    } finally {
      await this.#release(kept)
    }
  }

  /** Returns how often the consumer of a queue tried before it gave up. */
  async attempts(origin: Origin): Promise<number | undefined> {
    const { RedrivePolicy } = await this.#attributes(this.#origins[origin], ['RedrivePolicy'])
    return policy.safeParse(JSON.parse(RedrivePolicy ?? '{}')).data?.maxReceiveCount
  }

  /** Returns why the message stays, or undefined if it has gone back. */
  async #move(received: Received, blocked: ReadonlySet<string>): Promise<string | undefined> {
    const { body, sessionId, messageId, receipt } = received
    const origin = originOf(body)
    if (blocked.has(sessionId)) return 'an earlier one of its conversation stays'
    if (origin === undefined)
      return 'it is neither a delivery nor a cancellation that this version of Baton knows'
    try {
      await this.#client.send(
        new SendMessageCommand({
          QueueUrl: this.#origins[origin],
          MessageBody: body,
          MessageGroupId: sessionId,
          // SQS drops a message with an id that it has had in the last five minutes, and the first id may be one. This one
          // is the same only if the same dead letter is sent twice.
          MessageDeduplicationId: `redrive.${messageId}`,
        }),
      )
      await this.#client.send(
        new DeleteMessageCommand({ QueueUrl: this.#url, ReceiptHandle: receipt }),
      )
      return undefined
    } catch (error) {
      return reasonOf(error)
    }
  }

  /** Yields messages until SQS hands out no more. The caller deletes or releases them. */
  async *#receive(): AsyncGenerator<Received, void> {
    const seen = new Set<string>()
    for (;;) {
      const { Messages = [] } = await told(
        this.#client.send(
          new ReceiveMessageCommand({
            QueueUrl: this.#url,
            MaxNumberOfMessages: BATCH,
            VisibilityTimeout: HIDDEN_SECONDS,
            WaitTimeSeconds: WAIT_SECONDS,
            MessageSystemAttributeNames: ['MessageGroupId', 'SentTimestamp'],
          }),
        ),
      )
      if (Messages.length === 0) return
      const all = Messages.map(receivedFrom)
      if (all.some(({ messageId }) => seen.has(messageId)))
        throw new CliError('There are more messages than can be looked through in a minute.', {
          cure: 'Put back some conversations by name, or all with --all, and then try again.',
        })
      for (const received of all) {
        seen.add(received.messageId)
        yield received
      }
    }
  }

  /** Shows messages to others again. One whose minute is over is visible already, and SQS refuses it alone. */
  async #release(received: readonly Received[]): Promise<void> {
    for (let i = 0; i < received.length; i += BATCH)
      await told(
        this.#client.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: this.#url,
            Entries: received.slice(i, i + BATCH).map(({ receipt }, n) => ({
              Id: String(n),
              ReceiptHandle: receipt,
              VisibilityTimeout: 0,
            })),
          }),
        ),
      )
  }

  async #count(): Promise<number> {
    const counts = await this.#attributes(this.#url, [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
    ])
    return Object.values(counts).reduce((sum, each) => sum + Number(each), 0)
  }

  async #attributes(QueueUrl: string, AttributeNames: (typeof ATTRIBUTES)[number][]) {
    const { Attributes = {} } = await told(
      this.#client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames })),
    )
    return Attributes
  }
}

const ATTRIBUTES = [
  'RedrivePolicy',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
] as const

const policy = z.object({ maxReceiveCount: z.coerce.number() })

const receivedFrom = ({
  MessageId = '',
  Body = '',
  ReceiptHandle = '',
  Attributes = {},
}: Message): Received => ({
  messageId: MessageId,
  sessionId: Attributes.MessageGroupId ?? '',
  since: new Date(Number(Attributes.SentTimestamp)).toISOString(),
  body: Body,
  receipt: ReceiptHandle,
})

const withoutReceipt = ({ receipt: _, ...letter }: Received): DeadLetter => letter
