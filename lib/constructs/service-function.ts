/** A Lambda function as every one of ours is: the only place where their defaults live. */
import { fileURLToPath } from 'node:url'
import { CfnElement, type Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  Architecture,
  type IFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'

/** A resource as a function uses it: the variables that name it and the least rights to it, in one. */
export interface Binding {
  readonly variables: Readonly<Record<string, string>>
  grant(fn: IFunction): unknown
}

export interface ServiceFunctionProps {
  /** Folder below lambdas/ with its handler.ts. */
  readonly name: string
  readonly timeout: Duration
  readonly bindings: readonly Binding[]
  readonly memoryMb?: number
  readonly logRetention: RetentionDays
}

/** ES modules have no `require`, which some bundled CommonJS packages still call. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

export class ServiceFunction extends NodejsFunction {
  constructor(
    scope: Construct,
    id: string,
    { name, timeout, bindings, memoryMb = 512, logRetention }: ServiceFunctionProps,
  ) {
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    })
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    logGroup.grantWrite(role)
    super(scope, id, {
      entry: fileURLToPath(new URL(`../../lambdas/${name}/handler.ts`, import.meta.url)),
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
        ...Object.assign({}, ...bindings.map(({ variables }) => variables)),
      },
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        mainFields: ['module', 'main'],
        minify: true,
        sourceMap: true,
        banner: REQUIRE,
        externalModules: [],
      },
    })
    for (const binding of bindings) binding.grant(this)
    Validations.of(this).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason:
        'Invoked by callers that wait for the answer; only asynchronous events would go to a dead letter target.',
    })
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray takes trace segments without resource-level permissions.',
    })
  }

  /** Without the `:*` of versions and aliases, which we have none of. */
  override get resourceArnsForGrantInvoke(): string[] {
    return [this.functionArn]
  }
}

/** Accepts one wildcard in a function's rights, by the finding's own id, with the reason for it. */
export function acknowledgeWildcard(fn: IFunction, resource: string, reason: string): void {
  if (fn.role)
    Validations.of(fn.role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason })
}

/** How a finding writes an attribute of a resource: `<LogicalId.Attribute>`. */
export function inFinding(resource: Construct, attribute: string): string {
  const element = resource.node.defaultChild
  if (!CfnElement.isCfnElement(element)) throw new Error(`${resource.node.path} is no resource`)
  return `<${Stack.of(resource).getLogicalId(element)}.${attribute}>`
}
