/** Where sandboxes reach the model: a function that streams, on an address of its own, with the one right to the key. */
import { Aws, Duration } from 'aws-cdk-lib'
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { allow, type Binding, combine, environment } from '../kit/bindings.ts'
import { ServiceFunction } from '../kit/service-function.ts'

export class ModelGateway extends Construct {
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
    return environment('GATEWAY_URL', this.#url)
  }
}

/**
 * Amazon Bedrock in our own region and account in place of Anthropic: a right of the role in place of a key.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-mantle.html
 */
export const bedrock = (): Binding =>
  combine(
    environment('MODEL_UPSTREAM', 'bedrock'),
    environment('MODEL_BASE_URL', `https://bedrock-mantle.${Aws.REGION}.api.aws/anthropic`),
    allow(
      `arn:${Aws.PARTITION}:bedrock-mantle:${Aws.REGION}:${Aws.ACCOUNT_ID}:project/default`,
      'bedrock-mantle:CreateInference',
    ),
  )
