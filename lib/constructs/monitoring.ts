/** What the operator reads: what is going on now, and what was said and done. */
import { Duration } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { Api } from './api.ts'
import type { Secrets } from './secrets.ts'
import { ServiceFunction } from './service-function.ts'
import type { Storage } from './storage.ts'

interface MonitoringProps {
  readonly api: Api
  readonly storage: Storage
  readonly secrets: Secrets
}

export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, { api, storage, secrets }: MonitoringProps) {
    super(scope, id)
    const monitor = new ServiceFunction(this, 'Monitor', {
      name: 'monitor',
      timeout: Duration.seconds(10),
      bindings: [
        storage.readSessions(),
        storage.listSessions(),
        storage.listWorkers(),
        secrets.apiToken,
      ],
    })
    api.route('GET /api/monitoring/status', monitor)
    api.route('GET /api/monitoring/workers', monitor)

    const readSession = new ServiceFunction(this, 'ReadSession', {
      name: 'read-session',
      // It may wait up to 25 seconds for a new entry.
      timeout: Duration.seconds(29),
      bindings: [
        storage.readSessions(),
        storage.readWorkers(),
        storage.readHistory(),
        secrets.apiToken,
      ],
    })
    api.route('GET /api/sessions/{sessionId}/messages', readSession)
    api.route('GET /api/sessions/{sessionId}/workers/{workerId}', readSession)
  }
}
