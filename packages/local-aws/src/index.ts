/** AWS on one machine: runs exactly the template of a synthesised CDK app, on loopback. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { asyncInvoker } from './async-invoke.ts'
import { type Clock, systemClock } from './clock.ts'
import { startDynalite } from './dynalite-server.ts'
import { awsEndpoint, serveJson } from './endpoint.ts'
import { startEventSources } from './event-source.ts'
import { startFauxqs } from './fauxqs.ts'
import { functionUrl } from './function-url.ts'
import { type Before, httpApi } from './http-api.ts'
import { account, region } from './identity.ts'
import {
  type CallerLookup,
  callerVariable,
  type Intercept,
  intercepted,
  outbound,
} from './interception.ts'
import { bundleRuntime, codeFolder } from './lambda-code.ts'
import { type LambdaHost, lambdaHost, type OnStage } from './lambda-host.ts'
import { type Loopback, openLoopback } from './loopback.ts'
import { homeFor, NO_PROFILE } from './no-profile.ts'
import { s3Service } from './objects.ts'
import { provision, sdkClients } from './provision.ts'
import { sqsService } from './queues.ts'
import { type Resources, resourceLookup } from './resource-lookup.ts'
import { refuseUnknownTypes } from './resource-types.ts'
import { eventBus } from './rules.ts'
import { startSchedules } from './schedules.ts'
import { secretsService, secretValues } from './secrets.ts'
import type { Credentials } from './signature.ts'
import { type Declared, placeStack } from './stack.ts'
import { StateMachines, stepFunctionsService } from './states/index.ts'
import type { LambdaOutcome } from './states/lambda-outcome.ts'
import { stoppableClock } from './stoppable-clock.ts'
import { loadTemplate, type Template } from './template.ts'

export type { FunctionCall, Intercept } from './interception.ts'
export type { OnStage } from './lambda-host.ts'

export interface AwsOptions {
  /** The cloud assembly: the folder that `cdk synth` writes. */
  readonly assembly: string
  /** The stack to run, when the assembly has several. */
  readonly stack?: string
  /** Tables, queues, objects, executions and generated secrets: what survives a restart. */
  readonly stateDir: string
  /** The port of the HTTP API, 0 for any; or what has opened it already, which is closed with the rest. */
  readonly port: number | Loopback
  /** Values for the template's CloudFormation parameters. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Secret values by secret name; they win over what the template generates. */
  readonly secrets: Readonly<Record<string, string>>
  /** Added to the environment of every function, such as `E2B_API_URL`. */
  readonly lambdaEnv: Readonly<Record<string, string>>
  readonly log: (line: string) => void
  readonly clock?: Clock
  /** Hears of every request of a function, also of those to an address in `lambdaEnv`, before it is performed. */
  readonly intercept?: Intercept | undefined
  /** Hears of each process of a function what it does next, at once: to limit it, or to measure it. */
  readonly onStage?: OnStage | undefined
  /** Hears the open ports before anything of the last start is taken up again. */
  readonly onOpen?: (ports: readonly number[]) => void
  /** Stands in front of the HTTP API; it is no part of the template. */
  readonly before?: Before
}

export interface LocalAws {
  /** The HTTP API. */
  readonly url: string
  /** All AWS services: what `AWS_ENDPOINT_URL` is set to. */
  readonly endpoint: string
  readonly credentials: Credentials
  readonly region: string
  /** Every port that is open, by what answers there: `api`, `endpoint`, and function URLs by logical id. */
  readonly ports: Readonly<Record<string, number>>
  readonly resources: Resources
  /** Invokes the function below a construct path, past whoever invokes it otherwise; it never rejects. */
  invoke(constructPath: string, event: unknown): Promise<LambdaOutcome>
  /** Changes the code of those functions for which `folderOf` names a folder, for invocations from now on. */
  replaceCode(folderOf: (variables: Readonly<Record<string, unknown>>) => string | undefined): void
  /** Changes variables of the functions that the template gives them to, for invocations from now on. */
  configure(variables: Readonly<Record<string, string>>): void
  /** The outputs of the stack. */
  readonly outputs: Readonly<Record<string, string>>
  /** Ends every process and port; state stays. */
  close(): Promise<void>
}

/**
 * Runs a stack. Throws, naming it, for whatever the template has that is not implemented on one machine, and when the
 * port is taken.
 */
export async function startAws(options: AwsOptions): Promise<LocalAws> {
  const { stateDir, log } = options
  const clock = stoppableClock(options.clock ?? systemClock)
  const template = loadTemplate(options.assembly, options.stack)
  refuseUnknownTypes(template)
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const closing: (() => void | Promise<void>)[] = []
  const close = async () => {
    clock.stop()
    for (const end of closing.splice(0).reverse()) await end()
  }
  try {
    return { ...(await start()), close }
  } catch (error) {
    await close()
    throw error
  }

  async function start(): Promise<Omit<LocalAws, 'close'>> {
    const api = await open(options.port)
    const endpoint = await open(0)
    const urls = await openFunctionUrls()
    options.onOpen?.([api, endpoint, ...urls.values()].map(({ port }) => port))
    const stack = placeStack(template, addresses(api, endpoint, urls), options.parameters ?? {})
    const credentials = newCredentials()

    const fauxqs = await startFauxqs(stateDir)
    closing.push(() => fauxqs.close())
    const dynalite = await startDynalite(stateDir)
    closing.push(() => dynalite.close())
    const secrets = stack.all('AWS::SecretsManager::Secret')
    const { intercept } = options
    let { lambdaEnv } = options
    const callers: CallerLookup = (id) => lambda.caller(id)
    const others = intercept && (await outbound(lambdaEnv, callers, intercept, log))
    if (others) closing.push(() => others.close())
    const lambda: LambdaHost = lambdaHost({
      functions: stack.all('AWS::Lambda::Function'),
      codeFolder: (declared) => codeFolder(declared, template, stateDir),
      runtime: await bundleRuntime(stateDir),
      compileCache: path.join(options.assembly, '.compiled'),
      env: (id) => ({
        ...awsEnvironment(endpoint.url, credentials),
        ...lambdaEnv,
        ...(others && { [callerVariable]: id, ...others.env(id) }),
      }),
      clock,
      onStage: options.onStage,
      log,
    })
    closing.push(() => lambda.close())
    const invoker = asyncInvoker(lambda, stack.all('AWS::Lambda::EventInvokeConfig'), clock, log)
    closing.push(() => invoker.close())
    const machines = new StateMachines({
      region,
      account,
      stateDir: path.join(stateDir, 'states'),
      clock,
      invokeLambda: lambda.invoke,
      onStatusChange: eventBus(stack, invoker),
    })
    for (const { arn, name, properties } of stack.all('AWS::StepFunctions::StateMachine')) {
      machines.register({ arn, name, definition: properties.DefinitionString })
    }
    const services = {
      dynamodb: dynalite.service,
      s3: s3Service(fauxqs.upstream),
      secretsmanager: serveJson(
        secretsService(secrets, secretValues(secrets, options.secrets, stateDir)),
      ),
      sqs: sqsService(fauxqs.upstream, endpoint.url, stack.all('AWS::SQS::Queue')),
      states: serveJson(stepFunctionsService(machines)),
    }
    const served = intercept ? intercepted(services, callers, intercept) : services
    endpoint.serve(awsEndpoint(served, credentials, Date.now))

    const clients = sdkClients(endpoint.url, credentials)
    closing.push(() => clients.close())
    closing.push(await provision(stack, clients, clock, log))
    for (const declared of stack.all('AWS::Lambda::Url')) {
      urls.get(declared.logicalId)?.serve(functionUrl(declared, lambda))
    }
    api.serve(httpApi(stack, lambda, options.before))
    closing.push(startEventSources(stack, clients.sqs, lambda, log))
    closing.push(startSchedules(stack, clock, invoker))
    machines.reportAborted()
    const resources = resourceLookup(stack.resources)
    return {
      url: api.url,
      endpoint: endpoint.url,
      credentials,
      region,
      ports: Object.fromEntries(
        [['api', api] as const, ['endpoint', endpoint] as const, ...urls].map(
          ([name, { port }]) => [name, port],
        ),
      ),
      resources,
      invoke: (constructPath, event) =>
        lambda.invoke(resources.find(constructPath, 'AWS::Lambda::Function').arn ?? '', event),
      replaceCode: (folderOf) => {
        const codeOf = ({ properties }: Declared<'AWS::Lambda::Function'>) =>
          folderOf(properties.Environment?.Variables ?? {})
        lambda.retire((declared) => codeOf(declared) !== undefined, codeOf)
      },
      configure: (variables) => {
        lambdaEnv = { ...lambdaEnv, ...variables }
        lambda.retire(({ properties: { Environment } }) =>
          Object.keys(variables).some((name) => name in (Environment?.Variables ?? {})),
        )
      },
      outputs: stack.outputs(),
    }
  }

  async function open(port: number | Loopback): Promise<Loopback> {
    const opened = typeof port === 'number' ? await openLoopback(port, log) : port
    closing.push(() => opened.close())
    return opened
  }

  async function openFunctionUrls(): Promise<Map<string, Loopback>> {
    const urls = new Map<string, Loopback>()
    for (const logicalId of functionUrlIds(template)) urls.set(logicalId, await open(0))
    return urls
  }
}

const functionUrlIds = ({ Resources }: Template) =>
  Object.keys(Resources).filter((id) => Resources[id]?.Type === 'AWS::Lambda::Url')

const addresses = (api: Loopback, endpoint: Loopback, urls: ReadonlyMap<string, Loopback>) => ({
  api: api.url,
  endpoint: endpoint.url,
  functionUrls: new Map([...urls].map(([id, { url }]) => [id, `${url}/`] as const)),
})

/** Good for this start only: a link or a function of an earlier one is refused. */
const newCredentials = (): Credentials => ({
  accessKeyId: `LOCAL${randomBytes(8).toString('hex').toUpperCase()}`,
  secretAccessKey: randomBytes(30).toString('base64url'),
})

/** All that an SDK needs to find this machine instead of AWS. */
const awsEnvironment = (endpoint: string, { accessKeyId, secretAccessKey }: Credentials) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ENDPOINT_URL: endpoint,
  AWS_EC2_METADATA_DISABLED: 'true',
  ...NO_PROFILE,
  ...homeFor(),
})
