/** How messages come in: routes that put them on the queue, and the queue whose consumer appends them to their sessions. */
import { Duration, Validations } from 'aws-cdk-lib'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { allow, type Binding, combine, environment } from '../kit/bindings.ts'
import { orderedQueue } from '../kit/ordered-queue.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import { type Api, WAITING } from '../resources/api.ts'
import type { Secrets } from '../resources/secrets.ts'
import type { Storage } from '../resources/storage.ts'

/** How long a consumer may take for a batch. */
export const CONSUMER_SECONDS = 20

export class Intake extends Construct {
  readonly queue: Queue
  readonly deadLetters: Queue

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const consumer = Duration.seconds(CONSUMER_SECONDS)
    this.deadLetters = orderedQueue(this, 'DeadLetters', { consumer })
    Validations.of(this.deadLetters).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is the dead-letter queue.',
    })
    this.queue = orderedQueue(this, 'Queue', {
      consumer,
      deadLetters: { queue: this.deadLetters, maxReceiveCount: 5 },
    })
  }

  /** Puts messages on the queue. */
  get send(): Binding {
    return combine(
      environment('QUEUE_URL', this.queue.queueUrl),
      allow(this.queue.queueArn, 'sqs:SendMessage'),
    )
  }

  /** Messages over HTTP, and the test message of monitoring. */
  acceptOverHttp(api: Api, { storage, secrets }: { storage: Storage; secrets: Secrets }): void {
    const receive = new ServiceFunction(this, 'ReceiveMessage', {
      name: 'receive-message',
      timeout: WAITING,
      bindings: [
        storage.putMessages(),
        // Where the sender prefers to wait for the reply.
        storage.readSessions(),
        storage.takeWaitingPlaces(),
        storage.readHistory(),
        secrets.bearerTokens,
        this.send,
      ],
    })
    api.route('POST /api/webhooks/conductor/message', receive)
    api.route('POST /api/monitoring/test', receive)
  }

  /** The consumer: append once, wake the run. */
  dispatchTo(bindings: readonly Binding[], { storage }: { storage: Storage }): void {
    const dispatch = new ServiceFunction(this, 'DispatchMessage', {
      name: 'dispatch-message',
      timeout: Duration.seconds(CONSUMER_SECONDS),
      bindings: [
        storage.changeSessions(),
        storage.changeConversations(),
        storage.readLedgers(),
        ...bindings,
      ],
    })
    Validations.of(dispatch).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'The queue has a dead-letter queue; a destination is for streams.',
    })
    dispatch.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 10,
        maxConcurrency: 50,
        reportBatchItemFailures: true,
      }),
    )
  }
}
