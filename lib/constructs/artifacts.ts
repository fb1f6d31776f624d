/** The way to what workers have handed over. */
import { Duration } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { Api } from './api.ts'
import type { Binding } from './bindings.ts'
import { ServiceFunction } from './service-function.ts'

export class Artifacts extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { api, bindings }: { api: Api; bindings: readonly Binding[] },
  ) {
    super(scope, id)
    const readArtifact = new ServiceFunction(this, 'ReadArtifact', {
      name: 'read-artifact',
      timeout: Duration.seconds(10),
      bindings,
    })
    api.route('GET /api/sessions/{sessionId}/workers/{workerId}/artifacts/{name}', readArtifact)
  }
}
