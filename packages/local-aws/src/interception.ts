/** Lets a test stand between the functions and every service they call: to hold a call, refuse it, or crash its caller. */
import http from 'node:http'
import type { Service } from './endpoint.ts'
import { AwsError } from './json-service.ts'
import type { Caller } from './lambda-host.ts'
import { openLoopback, type RequestHandler, readBody } from './loopback.ts'
import type { ReceivedRequest } from './signature.ts'

/** One request of a function's process to a service. */
export interface FunctionCall extends Caller {
  /** `dynamodb`, `sqs`, …; for other services the variable that holds their address, such as `E2B_API_URL`. */
  readonly service: string
  /** `UpdateItem`, …; method and path where the protocol has no name for it. */
  readonly operation: string
  readonly body: Buffer
}

/**
 * Called for each request before it is performed. It is held until `perform` is called, and refused by throwing an
 * AwsError; `perform` ends when the service has done it and answered. Without a call of `perform` the caller waits for
 * ever, unless it is crashed. To crash it between the effect and the answer: `freeze`, `perform`, `crash`.
 */
export type Intercept = (call: FunctionCall, perform: () => Promise<void>) => Promise<void>

/** The SDK sends its value with each request: it tells one process of a function from another. */
export const callerVariable = 'AWS_SDK_UA_APP_ID'

export type CallerLookup = (id: string) => Caller | undefined

/** AWS's services, `intercept` before each of them. Whoever is no function passes. */
export function intercepted(
  services: Readonly<Record<string, Service>>,
  callers: CallerLookup,
  intercept: Intercept,
): Record<string, Service> {
  const around =
    (name: string, answer: Service): Service =>
    (request, response) => {
      const caller = callers(callerId(request.headers['user-agent']))
      const perform = () => answer(request, response)
      if (!caller) return perform()
      const operation = operationOf(request)
      return intercept({ ...caller, service: name, operation, body: request.body }, perform)
    }
  return Object.fromEntries(
    Object.entries(services).map(([name, answer]) => [name, around(name, answer)]),
  )
}

/** Libraries of the function may have appended names of their own. */
const callerId = (userAgent = '') => /\bapp\/([0-9a-f-]{36})/.exec(userAgent)?.[1] ?? ''

const operationOf = ({ headers, method, target }: ReceivedRequest) =>
  headers['x-amz-target']?.split('.').at(-1) ?? `${method} ${target.split('?')[0]}`

/** Services outside AWS, by the variable that holds their address, reached through `intercept`. */
export interface Outbound {
  /** The variables for one process. */
  env(caller: string): Record<string, string>
  close(): Promise<void>
}

const JSON_TYPE = { 'content-type': 'application/json' }

const bodyLimit = 16 * 1024 * 1024

/** Opens a port for those variables that are addresses: a request tells its caller and its service in the path. */
export async function outbound(
  variables: Readonly<Record<string, string>>,
  callers: CallerLookup,
  intercept: Intercept,
  log: (line: string) => void,
): Promise<Outbound> {
  const addresses = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => URL.canParse(value)),
  )
  const { url, serve, close } = await openLoopback(0, log)
  serve(async (incoming, response) => {
    const [, id = '', service = '', ...rest] = (incoming.url ?? '').split('/')
    const [caller, target, body] = [
      callers(id),
      addresses[service],
      await readBody(incoming, bodyLimit),
    ]
    if (!caller || target === undefined || !body) return void response.writeHead(502).end()
    const path = `/${rest.join('/')}`
    const operation = `${incoming.method} ${path.split('?')[0]}`
    const perform = () => forward(`${target}${path}`, body, incoming, response)
    try {
      await intercept({ ...caller, service, operation, body }, perform)
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      const { message, status } = error
      response.writeHead(status, JSON_TYPE).end(JSON.stringify({ code: status, message }))
    }
  })
  return {
    env: (caller) =>
      Object.fromEntries(Object.keys(addresses).map((name) => [name, `${url}/${caller}/${name}`])),
    close,
  }
}

/** Ends with the first bytes of the answer: a stream may go on long after its effect is done. */
function forward(url: string, body: Buffer, ...[incoming, response]: Parameters<RequestHandler>) {
  return new Promise<void>((resolve, reject) => {
    const { method, headers } = incoming
    const { host: _, 'transfer-encoding': __, ...kept } = headers
    const onward = http.request(url, { method, headers: kept }, (answer) => {
      const { connection: _, 'transfer-encoding': __, ...answered } = answer.headers
      response.writeHead(answer.statusCode ?? 502, answered)
      answer.on('data', (chunk: Buffer) => resolve(void response.write(chunk)))
      answer.on('end', () => resolve(void response.end()))
      answer.on('error', () => response.destroy())
    })
    response.on('close', () => onward.destroy())
    onward.on('error', reject).end(body)
  })
}
