/** What ends, resumes or deletes work at the word of the operator or of a person, and who may write at all. */
import { Construct } from 'constructs'
import { routes } from '../../lambdas/session-control/routes.ts'
import { consume } from '../kit/consume.ts'
import { stops } from '../kit/executions.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import type { Resources } from '../resources/index.ts'
import { CONSUMER_TIMEOUT } from '../resources/queues.ts'
import type { ReviewLoop } from './review-loop.ts'
import type { WorkerLeg } from './worker-leg.ts'

export class SessionControl extends Construct {
  constructor(
    scope: Construct,
    id: string,
    resources: Resources,
    { reviewLoop, workerLeg }: { reviewLoop: ReviewLoop; workerLeg: WorkerLeg },
  ) {
    super(scope, id)
    const { storage, contacts, secrets, queues, api } = resources
    const control = new ServiceFunction(this, 'SessionControl', {
      name: 'session-control',
      // As long as the API waits: deleting a long conversation takes its time, and goes on when called again.
      timeout: CONSUMER_TIMEOUT.cancellations,
      bindings: [
        secrets.bearerTokens,
        contacts.people(),
        contacts.manage(),
        storage.changeSessions(),
        storage.changeWorkers(),
        storage.listSessionWorkers(),
        storage.changeConversations(),
        storage.changeUsage(),
        storage.forget(),
        // A stopped job is fenced by a runner that ends it.
        resources.launchSandboxes(),
        queues.sendMessages,
        queues.sendDeliveries,
        stops('REVIEW_LOOP_ARN', reviewLoop.machine),
        stops('WORKER_LEG_ARN', workerLeg.machine),
      ],
    })
    api.route(control, routes)
    consume(control, queues.cancellations, { batchSize: 1, maxConcurrency: 20 })
  }
}
