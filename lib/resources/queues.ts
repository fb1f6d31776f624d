/** The queues: incoming messages, outgoing replies, cancellations, and their dead-letter queues. */

import { Duration, Validations } from 'aws-cdk-lib'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { EnvironmentVariable } from '../../src/adapters/environment.ts'
import { DELIVERY_ATTEMPTS } from '../../src/core/undelivered.ts'
import { allow, type Binding, combine, environment } from '../kit/bindings.ts'
import { freezeLogicalId } from '../kit/frozen.ts'
import { type OrderedQueueProps, orderedQueue } from '../kit/ordered-queue.ts'
import { QUEUE_IDS } from './queue-ids.ts'

/** How long the consumer of each queue may take for a batch. */
export const CONSUMER_TIMEOUT = {
  messages: Duration.seconds(20),
  /** The timeout of the function that also sweeps. */
  deadLetters: Duration.minutes(2),
  /** A provider may take ten seconds to respond, and is asked three times. */
  deliveries: Duration.seconds(60),
  /** As long as API Gateway waits, because the function also serves the operator. */
  cancellations: Duration.seconds(29),
} as const

export class Queues extends Construct {
  /** Messages to be appended to their sessions. */
  readonly messages: Queue
  /** Messages that could not be appended. */
  readonly deadLetters: Queue
  /** Replies to be delivered: the outbox. */
  readonly deliveries: Queue
  /** Work that a person asked Baton to end. */
  readonly cancellations: Queue
  /** Deliveries and cancellations that failed every time. */
  readonly failures: Queue

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.deadLetters = this.#deadLetterQueue('DeadLetters', CONSUMER_TIMEOUT.deadLetters)
    this.failures = this.#deadLetterQueue('Failures', CONSUMER_TIMEOUT.cancellations)
    this.messages = this.#queue('Messages', {
      consumer: CONSUMER_TIMEOUT.messages,
      deadLetters: { queue: this.deadLetters, maxReceiveCount: 5 },
    })
    this.deliveries = this.#queue('Deliveries', {
      consumer: CONSUMER_TIMEOUT.deliveries,
      deadLetters: { queue: this.failures, maxReceiveCount: DELIVERY_ATTEMPTS },
    })
    this.cancellations = this.#queue('Cancellations', {
      consumer: CONSUMER_TIMEOUT.cancellations,
      deadLetters: { queue: this.failures, maxReceiveCount: 20 },
    })
  }

  /** Puts messages on their session's queue. */
  get sendMessages(): Binding {
    return sending('QUEUE_URL', this.messages)
  }

  /** Puts replies on the outbox. */
  get sendDeliveries(): Binding {
    return sending('OUTBOX_URL', this.deliveries)
  }

  /** How many replies are on the outbox. */
  get countDeliveries(): Binding {
    const { queueUrl, queueArn } = this.deliveries
    return combine(environment('OUTBOX_URL', queueUrl), allow(queueArn, 'sqs:GetQueueAttributes'))
  }

  /** Queues work to be ended by a function that has the permissions. */
  get sendCancellations(): Binding {
    return sending('CANCELLATIONS_URL', this.cancellations)
  }

  #queue(id: keyof typeof QUEUE_IDS, props: OrderedQueueProps): Queue {
    const queue = orderedQueue(this, id, props)
    freezeLogicalId(queue, QUEUE_IDS[id].queue)
    // A queue has one policy, so deleting the old policy would also delete the new one.
    freezeLogicalId(queue.node.findChild('Policy'), QUEUE_IDS[id].policy)
    return queue
  }

  #deadLetterQueue(id: keyof typeof QUEUE_IDS, consumer: Duration): Queue {
    const queue = this.#queue(id, { consumer })
    Validations.of(queue).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is the dead-letter queue.',
    })
    return queue
  }
}

const sending = (variable: EnvironmentVariable, queue: Queue): Binding =>
  combine(environment(variable, queue.queueUrl), allow(queue.queueArn, 'sqs:SendMessage'))
