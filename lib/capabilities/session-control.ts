/**
 * Lets the operator stop, continue and delete sessions, end workers and manage the allow list. Also executes people's
 * cancellations.
 */
import { Construct } from 'constructs'
import { routes } from '../../lambdas/session-control/routes.ts'
import { consume } from '../kit/consume.ts'
import { stops } from '../kit/executions.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import type { Resources } from '../resources/index.ts'
import { CONSUMER_TIMEOUT } from '../resources/queues.ts'
import type { DashboardSite } from './dashboard-site.ts'
import type { Machines } from './machines.ts'

export class SessionControl extends Construct {
  constructor(
    scope: Construct,
    id: string,
    resources: Resources,
    { reviewLoop, workerLeg, dashboard }: Machines & { readonly dashboard: DashboardSite },
  ) {
    super(scope, id)
    const { storage, contacts, secrets, queues, api } = resources
    const control = new ServiceFunction(this, 'SessionControl', {
      name: 'session-control',
      // As long as the API waits, because deleting a long conversation is slow. Calling it again continues the deletion.
      timeout: CONSUMER_TIMEOUT.cancellations,
      bindings: [
        resources.bearerTokens(),
        secrets.linkKey,
        dashboard.address,
        contacts.people(),
        contacts.manage(),
        storage.changeSessions(),
        storage.changeWorkers(),
        storage.listSessionWorkers(),
        storage.changeConversations(),
        storage.changeUsage(),
        storage.forget(),
        // A stop fences off jobs by starting a runner that ends them.
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
