/** Where sandboxes reach the model: a function that streams, on an address of its own, with the one right to the key. */
import { Duration } from 'aws-cdk-lib'
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { type Binding, setting } from './bindings.ts'
import { ServiceFunction } from './service-function.ts'

export class Gateway extends Construct {
  readonly #url: string

  constructor(scope: Construct, id: string, { bindings }: { bindings: readonly Binding[] }) {
    super(scope, id)
    const gateway = new ServiceFunction(this, 'ModelGateway', {
      name: 'model-gateway',
      // An answer may stream for long; no function lives longer.
      timeout: Duration.minutes(15),
      bindings,
    })
    const url = gateway.addFunctionUrl({
      // Sandboxes have no AWS credentials: the function checks the job token of each request.
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    })
    this.#url = url.url
  }

  /** The address, for who hands jobs out. */
  get address(): Binding {
    return setting('GATEWAY_URL', this.#url)
  }
}
