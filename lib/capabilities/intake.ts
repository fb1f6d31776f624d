/** Receives messages over HTTP, and appends the messages of all channels to their sessions. */
import { Construct } from 'constructs'
import { routes } from '../../lambdas/receive-message/routes.ts'
import { consume } from '../kit/consume.ts'
import { drives } from '../kit/executions.ts'
import { freezeLogicalId } from '../kit/frozen.ts'
import { MESSAGE_PATH_MB, ServiceFunction } from '../kit/service-function.ts'
import { LONG_POLL_LIMIT } from '../resources/api.ts'
import type { Resources } from '../resources/index.ts'
import { CONSUMER_TIMEOUT } from '../resources/queues.ts'
import type { ReviewLoop } from './review-loop.ts'

export class Intake extends Construct {
  readonly receive: ServiceFunction
  readonly dispatch: ServiceFunction

  constructor(scope: Construct, id: string, resources: Resources, reviewLoop: ReviewLoop) {
    super(scope, id)
    const { storage, contacts, queues, api } = resources
    this.receive = new ServiceFunction(this, 'ReceiveMessage', {
      name: 'receive-message',
      memoryMb: MESSAGE_PATH_MB,
      timeout: LONG_POLL_LIMIT,
      bindings: [
        storage.putMessages(),
        // For callers that wait for the reply.
        storage.readSessions(),
        storage.takeWaitingPlaces(),
        storage.readHistory(),
        // The message of a known Idempotency-Key.
        storage.readEntries(),
        resources.bearerTokens(),
        queues.sendMessages,
      ],
    })
    api.route(this.receive, routes)
    // Appends a message once, and wakes the run.
    this.dispatch = new ServiceFunction(this, 'DispatchMessage', {
      name: 'dispatch-message',
      memoryMb: MESSAGE_PATH_MB,
      timeout: CONSUMER_TIMEOUT.messages,
      bindings: [
        storage.changeSessions(),
        storage.changeConversations(),
        // An email is compared with what its thread has said before.
        storage.readHistory(),
        storage.putAttachments(),
        contacts.ownAddresses(),
        // An answer to a question of another session of the same person is passed on to that session.
        storage.listWaitingSessions(),
        contacts.read(),
        queues.sendMessages,
        storage.readLedgers(),
        queues.sendDeliveries,
        queues.sendCancellations,
        drives('REVIEW_LOOP_ARN', reviewLoop.machine),
      ],
    })
    freezeLogicalId(
      consume(this.dispatch, queues.messages, { batchSize: 10, maxConcurrency: 50 }),
      // A function has one mapping to a queue: a second one cannot be created beside it.
      'IntakeDispatchMessageSqsEventSourceBatonIntakeQueue6F25EB3E0E1171C8',
    )
  }
}
