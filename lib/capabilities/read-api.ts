/** Serves the read-only API: current status, metrics, sessions, histories and artifacts. */
import { Construct } from 'constructs'
import { routes } from '../../lambdas/read-api/routes.ts'
import { links } from '../kit/executions.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import { WAITING } from '../resources/api.ts'
import type { Resources } from '../resources/index.ts'
import type { Machines } from './machines.ts'

export class ReadApi extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { storage, secrets, api }: Resources,
    { reviewLoop, workerLeg }: Machines,
  ) {
    super(scope, id)
    const fn = new ServiceFunction(this, 'ReadApi', {
      name: 'read-api',
      timeout: WAITING,
      bindings: [
        secrets.bearerTokens,
        storage.readSessions(),
        storage.listSessions(),
        storage.takeWaitingPlaces(),
        storage.readWorkers(),
        storage.listWorkers(),
        storage.listLatestWorkers(),
        storage.readHistory(),
        storage.readLedgers(),
        storage.readTotals(),
        storage.readArtifacts(),
        links('REVIEW_LOOP_ARN', reviewLoop.machine),
        links('WORKER_LEG_ARN', workerLeg.machine),
      ],
    })
    api.route(fn, routes)
  }
}
