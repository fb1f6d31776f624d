/**
 * One port for all AWS services: it checks the signature of every request and passes it to the service it was
 * signed for.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AwsError, type JsonService } from './json-service.ts'
import { type RequestHandler, readBody } from './loopback.ts'
import {
  type Credentials,
  checkBody,
  proveSignature,
  type ReceivedRequest,
  type RequestHead,
} from './signature.ts'

/** Handles requests whose signature has been verified. */
export type Service = (request: ReceivedRequest, response: ServerResponse) => Promise<void>

/** Bytes of a body. S3 accepts 5 GB in one request; here it has to fit into memory. No other service accepts more. */
const bodyLimits: Readonly<Record<string, number>> = { s3: 512 * 1024 * 1024 }
const bodyLimit = 16 * 1024 * 1024

/**
 * Returns the handler of the endpoint. `services` are keyed by the name in the credential scope (`dynamodb`,
 * `sqs`, `s3`, `states`, `secretsmanager`). Services do not see `base`, with which every path begins. Errors have AWS's
 * format: XML for S3, JSON for the others.
 */
export function awsEndpoint(
  services: Readonly<Record<string, Service>>,
  credentials: Credentials,
  now: () => number,
  base = '',
): RequestHandler {
  return async (incoming, response) => {
    const head = headOf(incoming)
    try {
      // The body comes afterwards, because a stranger must not fill the memory.
      const { service } = await proveSignature(head, credentials, now())
      const answer = services[service]
      if (!answer) throw new AwsError('UnknownService', `${service} is not implemented`, 400)
      const limit = bodyLimits[service] ?? bodyLimit
      const body = await readBody(incoming, limit)
      if (!body) throw new AwsError('EntityTooLarge', `More than ${limit} bytes`, 413)
      const request = { ...head, body, target: head.target.slice(base.length) }
      checkBody(request)
      await answer(request, response)
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      sendError(error, head, response)
    }
  }
}

/** Serves operations with JSON input and output; `x-amz-target` names the operation. */
export function serveJson(operations: JsonService): Service {
  return async ({ headers, body }, response) => {
    const operation = headers['x-amz-target']?.split('.').at(-1) ?? ''
    const perform = operations[operation]
    if (!perform) throw new AwsError('UnknownOperationException', `${operation} is not implemented`)
    // Each operation validates its input with its own schema.
    const output = await perform(parse(body) as never)
    send(response, 200, jsonType(headers), JSON.stringify(output ?? {}))
  }
}

function headOf(incoming: IncomingMessage): RequestHead {
  const headers = Object.entries(incoming.headers).map(
    ([name, value]) => [name, Array.isArray(value) ? value.join(',') : (value ?? '')] as const,
  )
  return {
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    headers: Object.fromEntries(headers),
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString() || '{}')
  } catch (cause) {
    throw new AwsError('SerializationException', `The body is not JSON: ${cause}`)
  }
}

function sendError(error: AwsError, { headers, target }: RequestHead, response: ServerResponse) {
  const { type, message, status } = error
  if (headers['x-amz-target'] !== undefined) {
    return send(response, status, jsonType(headers), JSON.stringify({ __type: type, message }))
  }
  const text = (value: string) => value.replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  const [resource = ''] = target.split('?')
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${text(type)}</Code><Message>${text(message)}</Message><Resource>${text(resource)}</Resource></Error>`
  send(response, status, 'application/xml', xml)
}

const jsonType = (headers: RequestHead['headers']) =>
  headers['content-type'] ?? 'application/x-amz-json-1.0'

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': randomUUID() }).end(body)
}
