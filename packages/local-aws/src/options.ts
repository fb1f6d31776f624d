/** The options of a stack on one machine, and what a caller gets. */
import type { Clock } from './clock.ts'
import type { Before } from './http-api.ts'
import type { Intercept } from './interception.ts'
import type { OnStage } from './lambda-host.ts'
import type { Loopback } from './loopback.ts'
import type { Resources } from './resource-lookup.ts'
import type { Credentials } from './signature.ts'
import type { LambdaOutcome } from './states/lambda-outcome.ts'

export interface AwsOptions {
  /** The cloud assembly: the folder that `cdk synth` writes. */
  readonly assembly: string
  /** The stack to run, if the assembly has several. */
  readonly stack?: string
  /** Holds tables, queues, objects, executions and generated secrets, which survive a restart. */
  readonly stateDir: string
  /** The port of the HTTP API (0 for any free one), or an open server, which `close` closes. */
  readonly port: number | Loopback
  /** Values for the template's CloudFormation parameters. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Secret values by secret name; they override the template's. */
  readonly secrets: Readonly<Record<string, string>>
  /** Added to the environment of every function. */
  readonly lambdaEnv: Readonly<Record<string, string>>
  /** What CloudFormation says is deployed at the start: a template, or null for nothing. By default the one that runs. */
  readonly deployed?: string | null | undefined
  readonly log: (line: string) => void
  readonly clock?: Clock
  /** Called with every request of a function before it is performed, including requests to URLs in `lambdaEnv`. */
  readonly intercept?: Intercept | undefined
  /** Called with each stage of a function's process, to limit or to measure it. */
  readonly onStage?: OnStage | undefined
  /** Called before the stack resumes any work of the last start. Await it to open further ports for its servers. */
  readonly onOpen?: (servers: Servers) => Promise<void> | void
  /** Handles requests before the HTTP API does; it is not part of the template. */
  readonly before?: Before
}

/** The servers that a client of the stack may need. */
export interface Servers {
  /** The HTTP API, and objects below {@link OBJECTS_PATH}. */
  readonly api: Loopback
  readonly functionUrls: readonly Loopback[]
}

/** Objects are here on the HTTP API's port, so that presigned links need no other port. */
export const OBJECTS_PATH = '/_s3/'

export interface LocalAws {
  /** URL of the HTTP API. */
  readonly url: string
  /** URL of all AWS services: the value for `AWS_ENDPOINT_URL`. */
  readonly endpoint: string
  readonly credentials: Credentials
  readonly region: string
  /** Every open port: `api`, `endpoint`, and those of function URLs by logical id. */
  readonly ports: Readonly<Record<string, number>>
  readonly resources: Resources
  /** Invokes the function at a construct path directly. Never rejects. */
  invoke(constructPath: string, event: unknown): Promise<LambdaOutcome>
  /** From the next invocation on, runs each function from the folder that `folderOf` returns, if it returns one. */
  replaceCode(folderOf: (variables: Readonly<Record<string, unknown>>) => string | undefined): void
  /** From the next invocation on, changes these variables of each function whose template sets them. */
  configure(variables: Readonly<Record<string, string>>): void
  /** The outputs of the stack. */
  readonly outputs: Readonly<Record<string, string>>
  /** Ends every process and closes every port; state is kept. */
  close(): Promise<void>
}
