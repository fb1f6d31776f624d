/** Where sandboxes reach the model: a function that streams, on an address of its own, with the one right to the key. */
import { Aws, CfnParameter, Duration } from 'aws-cdk-lib'
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { allow, type Binding, combine, environment } from '../kit/bindings.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import type { Resources } from '../resources/index.ts'

export class ModelGateway extends Construct {
  readonly fn: ServiceFunction
  readonly #url: string

  constructor(scope: Construct, id: string, resources: Resources) {
    super(scope, id)
    const { storage, secrets, config } = resources
    this.fn = new ServiceFunction(this, 'ModelGateway', {
      name: 'model-gateway',
      // It is paid for as long as an answer streams, and does little meanwhile.
      memoryMb: 384,
      // An answer may stream for long; no function lives longer.
      timeout: Duration.minutes(15),
      bindings: [
        secrets.jobKey,
        storage.readSessions(),
        storage.readWorkers(),
        storage.changeUsage(),
        resources.budgets(),
        ...(config.modelUpstream === 'bedrock'
          ? [bedrock()]
          : [secrets.modelKey, anthropic(scope)]),
      ],
    })
    const url = this.fn.addFunctionUrl({
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

/** Where requests are passed on to: a parameter of the stack. Bedrock has an address of its own. */
function anthropic(stack: Construct): Binding {
  const { valueAsString } = new CfnParameter(stack, 'ModelBaseUrl', {
    default: 'https://api.anthropic.com',
    description: 'The Messages API that the gateway passes requests on to.',
  })
  return environment('MODEL_BASE_URL', valueAsString)
}

/**
 * Amazon Bedrock in our own region and account in place of Anthropic: a right of the role in place of a key.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-mantle.html
 */
const bedrock = (): Binding =>
  combine(
    environment('MODEL_UPSTREAM', 'bedrock'),
    environment('MODEL_BASE_URL', `https://bedrock-mantle.${Aws.REGION}.api.aws/anthropic`),
    allow(
      `arn:${Aws.PARTITION}:bedrock-mantle:${Aws.REGION}:${Aws.ACCOUNT_ID}:project/default`,
      'bedrock-mantle:CreateInference',
    ),
  )
