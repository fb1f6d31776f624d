/** A Lambda function with Baton's defaults, which are only defined here. */
import path from 'node:path'
import { type Duration, Stack, Validations } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { type Binding, combine } from './bindings.ts'
import { Log } from './log.ts'

export interface ServiceFunctionProps {
  /** The folder below lambdas/ that contains its handler.ts. */
  readonly name: string
  readonly timeout: Duration
  /** Everything it may access. */
  readonly bindings: readonly Binding[]
  /** Why an asynchronous event may be dropped if it fails every time. Functions without one have none of those callers. */
  readonly droppedEvents?: string
  /** The CPU share is proportional: one vCPU at 1,769 MB. The default is 512. */
  readonly memoryMb?: number
}

/**
 * For functions that a person waits for. A cold start is only CPU time, so it takes half as long and costs the same.
 * `npm run bench -- --only cold` measures it.
 */
export const MESSAGE_PATH_MB = 1024

/** One whole vCPU, for the functions with the largest bundles that a person waits for. */
export const WHOLE_CPU_MB = 1769

/**
 * Names the variables that the function checks at start, in src/adapters/environment.ts, which synthesis does not load.
 */
const BOUND_VARIABLES: typeof import('../../src/adapters/environment.ts').BOUND_VARIABLES =
  'BOUND_VARIABLES'

/** The context key for the folder that contains every function's bundle, in a folder of the function's name. */
export const BUNDLES = 'baton:bundles'

/** Returns the function's bundle, or its source if bundling is off, as in tests of the template. */
const codeOf = (scope: Construct, name: string): Code => {
  const folder = Stack.of(scope).bundlingRequired
    ? String(scope.node.getContext(BUNDLES))
    : path.join(import.meta.dirname, '../../lambdas')
  return Code.fromAsset(path.join(folder, name))
}

export class ServiceFunction extends LambdaFunction {
  /** Its folder below lambdas/. */
  readonly service: string

  constructor(
    scope: Construct,
    id: string,
    { name, timeout, bindings, droppedEvents, memoryMb = 512 }: ServiceFunctionProps,
  ) {
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    })
    const logGroup = new Log(scope, `${id}Logs`)
    logGroup.grantWrite(role)
    const bound = combine(...bindings)
    super(scope, id, {
      code: codeOf(scope, name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memoryMb,
      timeout,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_SERVICE_NAME: name,
        // Metrics belong to the deployment, whichever function publishes them.
        METRICS_SERVICE: Stack.of(scope).stackName,
        ...bound.environment,
        [BOUND_VARIABLES]: Object.keys(bound.environment).sort().join(','),
      },
    })
    this.service = name
    bound.grant(this)
    Validations.of(this).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason:
        droppedEvents ??
        'Its callers wait for the response. Only asynchronous events would go to a dead-letter target.',
    })
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray has no resource-level permissions for trace segments.',
    })
  }

  /** Without the `:*` for versions and aliases, because there are none. */
  override get resourceArnsForGrantInvoke(): string[] {
    return [this.functionArn]
  }
}
