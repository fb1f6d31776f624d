/** Serves the read-only API: current status, metrics, sessions, histories and artifacts. */
import { Construct } from 'constructs'
import { routes } from '../../lambdas/read-api/routes.ts'
import { links } from '../kit/executions.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import { LONG_POLL_LIMIT } from '../resources/api.ts'
import type { Resources } from '../resources/index.ts'
import type { DashboardSite } from './dashboard-site.ts'
import type { Machines } from './machines.ts'

export class ReadApi extends Construct {
  constructor(
    scope: Construct,
    id: string,
    resources: Resources,
    { reviewLoop, workerLeg, dashboard }: Machines & { readonly dashboard: DashboardSite },
  ) {
    super(scope, id)
    const { storage, secrets, queues, api } = resources
    const fn = new ServiceFunction(this, 'ReadApi', {
      name: 'read-api',
      timeout: LONG_POLL_LIMIT,
      bindings: [
        resources.bearerTokens(),
        secrets.linkKey,
        dashboard.address,
        storage.readSessions(),
        storage.listSessions(),
        storage.readSummaries(),
        storage.listOpenRuns(),
        storage.listWaitingSessions(),
        storage.takeWaitingPlaces(),
        storage.readWorkers(),
        storage.listWorkers(),
        storage.listLatestWorkers(),
        storage.readHistory(),
        storage.readLedgers(),
        storage.readTotals(),
        queues.countDeliveries,
        storage.readPeopleTotals(),
        resources.budgets(),
        storage.readArtifacts(),
        links('REVIEW_LOOP_ARN', reviewLoop.machine),
        links('WORKER_LEG_ARN', workerLeg.machine),
      ],
    })
    api.route(fn, routes)
  }
}
