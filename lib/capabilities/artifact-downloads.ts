/** The way to what workers have handed over. */
import { Duration } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { Binding } from '../kit/bindings.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import type { Api } from '../resources/api.ts'

export class ArtifactDownloads extends Construct {
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
