/** Lets a test intercept every call of a function to a service: to hold it, refuse it, or crash the caller. */
import http from 'node:http'
import type { Service } from './endpoint.ts'
import { AwsError } from './json-service.ts'
import type { Caller } from './lambda-host.ts'
import { openLoopback, type RequestHandler, readBody } from './loopback.ts'
import type { ReceivedRequest } from './signature.ts'

/** A request of a function's process to a service. */
export interface FunctionCall extends Caller {
  /** `dynamodb`, `sqs`, …; for a service outside AWS the variable that holds its URL. */
  readonly service: string
  /** `UpdateItem`, …; method and path if the protocol names no operation. */
  readonly operation: string
  readonly body: Buffer
}

/**
 * Called for each request before it is performed. The request waits until `perform` is called; throw an AwsError
 * to refuse it. `perform` resolves when the service has handled the request and responded. Without a call of
 * `perform` the caller waits until it is crashed. To crash it between the effect and the response, call `freeze`,
 * `perform` and `crash`.
 */
export type Intercept = (call: FunctionCall, perform: () => Promise<void>) => Promise<void>

/** The SDK sends its value with each request. It identifies the function's process. */
export const callerVariable = 'AWS_SDK_UA_APP_ID'

export type CallerLookup = (id: string) => Caller | undefined

/** Wraps AWS's services so that `intercept` is called first. Requests of other clients pass unchanged. */
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

/** Services outside AWS that are reached through `intercept`, by the variable that holds their URL. */
export interface Outbound {
  /** Returns the variables for one process. */
  env(caller: string): Record<string, string>
  close(): Promise<void>
}

const JSON_TYPE = { 'content-type': 'application/json' }

const bodyLimit = 16 * 1024 * 1024

/**
 * Opens a port that proxies each variable whose value is a URL. The path of a request names its caller and its
 * service.
 */
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

/** Resolves with the first bytes of the response, because a stream may continue long after the effect. */
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
