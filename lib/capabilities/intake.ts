/** Receives messages over HTTP, and appends the messages of all channels to their sessions. */
import { Construct } from 'constructs'
import { routes } from '../../lambdas/receive-message/routes.ts'
import { consume } from '../kit/consume.ts'
import { drives } from '../kit/executions.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import { WAITING } from '../resources/api.ts'
import type { Resources } from '../resources/index.ts'
import { CONSUMER_TIMEOUT } from '../resources/queues.ts'
import type { ReviewLoop } from './review-loop.ts'

export class Intake extends Construct {
  readonly receive: ServiceFunction
  readonly dispatch: ServiceFunction

  constructor(
    scope: Construct,
    id: string,
    { storage, secrets, queues, api }: Resources,
    reviewLoop: ReviewLoop,
  ) {
    super(scope, id)
    this.receive = new ServiceFunction(this, 'ReceiveMessage', {
      name: 'receive-message',
      timeout: WAITING,
      bindings: [
        storage.putMessages(),
        // For callers that wait for the reply.
        storage.readSessions(),
        storage.takeWaitingPlaces(),
        storage.readHistory(),
        secrets.bearerTokens,
        queues.sendMessages,
      ],
    })
    api.route(this.receive, routes)
    // Appends a message once, and wakes the run.
    this.dispatch = new ServiceFunction(this, 'DispatchMessage', {
      name: 'dispatch-message',
      timeout: CONSUMER_TIMEOUT.messages,
      bindings: [
        storage.changeSessions(),
        storage.changeConversations(),
        storage.readLedgers(),
        queues.sendDeliveries,
        queues.sendCancellations,
        drives('REVIEW_LOOP_ARN', reviewLoop.machine),
      ],
    })
    consume(this.dispatch, queues.messages, { batchSize: 10, maxConcurrency: 50 })
  }
}
