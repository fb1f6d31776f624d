/** Where sandboxes call back, with their job token. */
import { Duration } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { Binding } from '../kit/bindings.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import type { Api } from '../resources/api.ts'

export class SandboxCallback extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { api, bindings }: { api: Api; bindings: readonly Binding[] },
  ) {
    super(scope, id)
    const callback = new ServiceFunction(this, 'SandboxCallback', {
      name: 'sandbox-callback',
      timeout: Duration.seconds(20),
      bindings,
    })
    api.route('POST /api/webhooks/sandbox/job', callback)
    api.route('POST /api/webhooks/sandbox/heartbeat', callback)
    api.route('POST /api/webhooks/sandbox/artifacts', callback)
    api.route('POST /api/webhooks/sandbox/result', callback)
  }
}
