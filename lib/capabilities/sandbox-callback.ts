/** Serves the callback of sandboxes, which authenticate with their job token. */
import { Duration } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import { routes } from '../../lambdas/sandbox-callback/routes.ts'
import { environment } from '../kit/bindings.ts'
import { completes } from '../kit/executions.ts'
import { MESSAGE_PATH_MB, ServiceFunction } from '../kit/service-function.ts'
import type { Resources } from '../resources/index.ts'
import type { Machines } from './machines.ts'
import type { ModelGateway } from './model-gateway.ts'

interface Answered extends Machines {
  readonly modelGateway: ModelGateway
}

export class SandboxCallback extends Construct {
  readonly fn: ServiceFunction

  constructor(
    scope: Construct,
    id: string,
    resources: Resources,
    { reviewLoop, workerLeg, modelGateway }: Answered,
  ) {
    super(scope, id)
    const { storage, secrets, config, api } = resources
    this.fn = new ServiceFunction(this, 'SandboxCallback', {
      name: 'sandbox-callback',
      memoryMb: MESSAGE_PATH_MB,
      timeout: Duration.seconds(20),
      bindings: [
        secrets.jobKey,
        storage.changeSessions(),
        storage.changeWorkers(),
        storage.changeConversations(),
        storage.readLedgers(),
        storage.linkTranscripts(),
        storage.linkArtifacts(),
        storage.linkAttachments(),
        modelGateway.address,
        resources.network('CONDUCTOR_EGRESS', 'WORKER_EGRESS'),
        ...(config.model === undefined ? [] : [environment('MODEL_NAME', config.model)]),
        ...(config.verifierModel === undefined
          ? []
          : [environment('VERIFIER_MODEL', config.verifierModel)]),
        completes(reviewLoop.machine),
        completes(workerLeg.machine),
      ],
    })
    api.route(this.fn, routes)
  }
}
