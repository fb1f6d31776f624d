/** A Lambda function as every one of ours is: the only place where their defaults live. */
import { fileURLToPath } from 'node:url'
import { type Duration, Stack, Validations } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import type { Construct } from 'constructs'
import { type Binding, together } from './bindings.ts'
import { Log } from './log.ts'

export interface ServiceFunctionProps {
  /** Folder below lambdas/ with its handler.ts. */
  readonly name: string
  readonly timeout: Duration
  /** All that it may use. */
  readonly bindings: readonly Binding[]
  readonly memoryMb?: number
}

/** Bundled ES modules may ask where they are, which CommonJS says otherwise. */
const MODULE_URL = {
  banner: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;",
  define: { 'import.meta.url': 'moduleUrl' },
}

export class ServiceFunction extends NodejsFunction {
  /** Its folder below lambdas/. */
  readonly service: string

  constructor(
    scope: Construct,
    id: string,
    { name, timeout, bindings, memoryMb = 512 }: ServiceFunctionProps,
  ) {
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    })
    const logGroup = new Log(scope, `${id}Logs`)
    logGroup.grantWrite(role)
    const bound = together(...bindings)
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
        // Metrics are the deployment's, whichever function publishes them.
        METRICS_SERVICE: Stack.of(scope).stackName,
        ...bound.variables,
      },
      bundling: {
        // Less to do at a cold start than for an ES module, which reads every export of every built-in module it names.
        format: OutputFormat.CJS,
        target: 'node24',
        mainFields: ['module', 'main'],
        minify: true,
        sourceMap: true,
        // The map is read at every cold start: a stack trace needs the places, not the text.
        sourcesContent: false,
        ...MODULE_URL,
        // An imported built-in module is read whole as well: `require` it where a package imports it on demand.
        esbuildArgs: { '--supported:dynamic-import': 'false' },
        externalModules: [],
      },
    })
    this.service = name
    bound.grant(this)
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
