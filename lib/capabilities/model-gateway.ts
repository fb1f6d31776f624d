/** The model gateway: a streaming function with its own URL, and the only one that can read the model's key. */
import { Aws, CfnParameter, Duration } from 'aws-cdk-lib'
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { allow, type Binding, combine, environment } from '../kit/bindings.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import type { Resources } from '../resources/index.ts'

export class ModelGateway extends Construct {
  readonly fn: ServiceFunction
  readonly url: string

  constructor(scope: Construct, id: string, resources: Resources) {
    super(scope, id)
    const { storage, secrets, config } = resources
    this.fn = new ServiceFunction(this, 'ModelGateway', {
      name: 'model-gateway',
      // Little, because the function is billed while a response streams, and does little work meanwhile.
      memoryMb: 384,
      // The longest timeout of Lambda, because a response may stream for long.
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
      // Sandboxes have no AWS credentials, so the function checks the job token of each request.
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    })
    this.url = url.url
  }

  /** The gateway's URL, for the function that hands out jobs. */
  get address(): Binding {
    return environment('GATEWAY_URL', this.url)
  }
}

/** Anthropic's API, or another URL given as a parameter of the stack. */
function anthropic(stack: Construct): Binding {
  const { valueAsString } = new CfnParameter(stack, 'ModelBaseUrl', {
    default: 'https://api.anthropic.com',
    description: 'The base URL of the Messages API to which the gateway passes requests.',
  })
  return environment('MODEL_BASE_URL', valueAsString)
}

/**
 * Amazon Bedrock in the stack's region and account instead of Anthropic. The role has a permission, so no key is
 * needed.
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
