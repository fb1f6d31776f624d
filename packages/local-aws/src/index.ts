/** AWS on one machine: runs the template of a synthesised CDK app, unchanged, on loopback. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { asyncInvoker } from './async-invoke.ts'
import { systemClock } from './clock.ts'
import { deploymentServices } from './cloudformation/index.ts'
import { startDynalite } from './dynalite-server.ts'
import { awsEndpoint, serveJson } from './endpoint.ts'
import { startEventSources } from './event-source.ts'
import { startFauxqs } from './fauxqs.ts'
import { functionLogs } from './function-logs.ts'
import { functionUrl } from './function-url.ts'
import { httpApi } from './http-api.ts'
import { account, region } from './identity.ts'
import { type CallerLookup, callerVariable, intercepted, outbound } from './interception.ts'
import { bundleRuntime, codeFolder } from './lambda-code.ts'
import { type LambdaHost, lambdaHost } from './lambda-host.ts'
import { type Loopback, openLoopback, requestUrl } from './loopback.ts'
import { homeFor, NO_PROFILE } from './no-profile.ts'
import { s3Service } from './objects.ts'
import { type AwsOptions, type LocalAws, OBJECTS_PATH } from './options.ts'
import { provision, sdkClients } from './provision.ts'
import { sqsService } from './queues.ts'
import { resourceLookup } from './resource-lookup.ts'
import { refuseUnknownTypes } from './resource-types.ts'
import { eventBus } from './rules.ts'
import { startSchedules } from './schedules.ts'
import { secretsService, secretValues } from './secrets.ts'
import type { Credentials } from './signature.ts'
import { type Declared, placeStack } from './stack.ts'
import { StateMachines, stepFunctionsService } from './states/index.ts'
import { stoppableClock } from './stoppable-clock.ts'
import { updateTables } from './table-updates.ts'
import { stackTables } from './tables.ts'
import { loadTemplate, type Template } from './template.ts'

export type { FunctionCall, Intercept } from './interception.ts'
export type { OnStage } from './lambda-host.ts'
export { type AwsOptions, type LocalAws, OBJECTS_PATH } from './options.ts'

/**
 * Runs a stack. Throws if the template uses something that is not implemented, naming it, or if the port is in
 * use.
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
    await options.onOpen?.({ api, functionUrls: [...urls.values()] })
    const places = addresses(api, endpoint, urls)
    const stack = placeStack(template, places, options.parameters ?? {})
    const credentials = newCredentials()
    const clients = sdkClients(endpoint.url, credentials)
    closing.push(() => clients.close())

    const fauxqs = await startFauxqs(stateDir)
    closing.push(() => fauxqs.close())
    await updateTables(stateDir, stackTables(stack), log)
    const dynalite = await startDynalite(stateDir)
    closing.push(() => dynalite.close())
    const secrets = stack.all('AWS::SecretsManager::Secret')
    const { intercept } = options
    let { lambdaEnv } = options
    const logs = functionLogs(stack)
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
        AWS_ENDPOINT_URL_S3: api.url + objectsBase,
        ...lambdaEnv,
        ...(others && { [callerVariable]: id, ...others.env(id) }),
      }),
      clock,
      onStage: options.onStage,
      log: (line) => {
        logs.keep(line)
        log(line)
      },
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
    const { deployed = template.text } = options
    const services = {
      ...deploymentServices(
        { running: stack, deployed: deployed ?? undefined, s3: clients.s3, addresses: places },
        credentials,
      ),
      dynamodb: dynalite.service,
      logs: logs.service,
      s3: s3Service(fauxqs.upstream),
      secretsmanager: serveJson(
        secretsService(secrets, secretValues(secrets, options.secrets, stateDir), clock.now),
      ),
      sqs: sqsService(fauxqs.upstream, endpoint.url, stack.all('AWS::SQS::Queue')),
      states: serveJson(stepFunctionsService(machines)),
    }
    const served = intercept ? intercepted(services, callers, intercept) : services
    endpoint.serve(awsEndpoint(served, credentials, Date.now))

    closing.push(await provision(stack, clients, clock, log))
    for (const declared of stack.all('AWS::Lambda::Url')) {
      urls.get(declared.logicalId)?.serve(functionUrl(declared, lambda))
    }
    const onlyS3 = Object.entries(served).filter(([name]) => name === 's3')
    const objects = awsEndpoint(Object.fromEntries(onlyS3), credentials, Date.now, objectsBase)
    const http = httpApi(stack, lambda, options.before)
    api.serve((request, response) =>
      requestUrl(request).pathname.startsWith(OBJECTS_PATH)
        ? objects(request, response)
        : http(request, response),
    )
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

const objectsBase = OBJECTS_PATH.slice(0, -1)

const functionUrlIds = ({ Resources }: Template) =>
  Object.keys(Resources).filter((id) => Resources[id]?.Type === 'AWS::Lambda::Url')

const addresses = (api: Loopback, endpoint: Loopback, urls: ReadonlyMap<string, Loopback>) => ({
  api: api.url,
  endpoint: endpoint.url,
  functionUrls: new Map([...urls].map(([id, { url }]) => [id, `${url}/`] as const)),
})

/** Valid for this start only: presigned links and functions of an earlier start are refused. */
const newCredentials = (): Credentials => ({
  accessKeyId: `LOCAL${randomBytes(8).toString('hex').toUpperCase()}`,
  secretAccessKey: randomBytes(30).toString('base64url'),
})

/** The environment variables that point an SDK to this machine instead of AWS. */
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
