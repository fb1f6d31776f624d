/** What the operator reads: what is going on now, what was counted, what was said and done. */
import { Duration } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { Binding } from '../kit/bindings.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import { type Api, WAITING } from '../resources/api.ts'
import type { Secrets } from '../resources/secrets.ts'
import type { Storage } from '../resources/storage.ts'

interface MonitoringProps {
  readonly api: Api
  readonly storage: Storage
  readonly secrets: Secrets
  /** What names the executions in links to the console. */
  readonly executions: readonly Binding[]
}

export class ReadApi extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { api, storage, secrets, executions }: MonitoringProps,
  ) {
    super(scope, id)
    const monitor = new ServiceFunction(this, 'Monitor', {
      name: 'monitor',
      timeout: Duration.seconds(10),
      bindings: [
        storage.readSessions(),
        storage.listSessions(),
        storage.listWorkers(),
        storage.readTotals(),
        secrets.bearerTokens,
      ],
    })
    api.route('GET /api/monitoring/status', monitor)
    api.route('GET /api/monitoring/workers', monitor)
    api.route('GET /api/monitoring/metrics', monitor)
    api.route('GET /api/sessions', monitor)

    const readSession = new ServiceFunction(this, 'ReadSession', {
      name: 'read-session',
      timeout: Duration.seconds(10),
      bindings: [
        storage.readSessions(),
        storage.readWorkers(),
        storage.listLatestWorkers(),
        storage.readLedgers(),
        secrets.bearerTokens,
        ...executions,
      ],
    })
    api.route('GET /api/sessions/{sessionId}', readSession)
    api.route('GET /api/sessions/{sessionId}/workers/{workerId}', readSession)

    const readHistory = new ServiceFunction(this, 'ReadHistory', {
      name: 'read-history',
      timeout: WAITING,
      bindings: [
        storage.readSessions(),
        storage.takeWaitingPlaces(),
        storage.readHistory(),
        secrets.bearerTokens,
      ],
    })
    api.route('GET /api/sessions/{sessionId}/messages', readHistory)
  }
}
