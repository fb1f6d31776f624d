/** SendGrid's Web API over HTTP: sending, and what an account has. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from '../../../packages/local-aws/src/loopback.ts'
import { sendJson } from '../../../packages/local-e2b/src/json-http.ts'
import { sameSecret } from '../../../packages/local-e2b/src/same-secret.ts'
import type { Fault } from '../fault.ts'
import type { SendGridAccount } from './account.ts'
import { readSendRequest, type SendError, type SendRequest } from './mail-send.ts'
import { manage, Refused } from './management.ts'

export interface ApiState {
  readonly apiKey: string
  readonly account: SendGridAccount
  readonly faults: Fault[]
  /** Accepts a valid email under an id. */
  readonly accept: (email: SendRequest, id: string) => void
}

const BODY_LIMIT = 30 * 1024 * 1024

/** The proxy in front of the API rejects a body that is too large, without JSON. */
const TOO_LARGE =
  '<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n<center><h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n'

/** Handles one request: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send */
export async function answerApi(
  state: ApiState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, BODY_LIMIT)
  if (!body) return void response.writeHead(413, { 'content-type': 'text/html' }).end(TOO_LARGE)
  if (!sameSecret(request.headers.authorization, `Bearer ${state.apiKey}`))
    return refuse(response, 401, 'The provided authorization grant is invalid, expired, or revoked')
  if (request.method !== 'POST' || request.url !== '/v3/mail/send')
    return managed(state, request, response, body)
  const fault = state.faults.shift()
  if (fault === 429) return limit(response)
  if (fault === 500) return refuse(response, 500, 'Internal Server Error')
  if (fault === 'drop') return void request.socket.resetAndDestroy()
  const email = readSendRequest(jsonOf(body))
  if (isErrors(email)) return sendJson(response, 400, { errors: email })
  if (email.mail_settings?.sandbox_mode?.enable) return void response.writeHead(200).end()
  const id = randomBytes(17).toString('base64url').slice(0, 22)
  state.accept(email, id)
  if (fault === 'accept-then-drop') return void request.socket.resetAndDestroy()
  response.writeHead(202, { 'X-Message-Id': id }).end()
}

function managed(
  { account }: ApiState,
  { method = '', url = '' }: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): void {
  try {
    const found = manage(account, method, url.split('?')[0] ?? '', jsonOf(body))
    if (found) sendJson(response, found.status ?? 200, found.json)
    else refuse(response, 404, 'not found')
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    refuse(response, error.status, error.message, error.field)
  }
}

const isErrors = (read: SendRequest | readonly SendError[]): read is readonly SendError[] =>
  Array.isArray(read)

function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  field: string | null = null,
): void {
  sendJson(response, status, { errors: [{ message, field, help: null }] })
}

/** https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits */
function limit(response: ServerResponse): void {
  for (const [name, value] of Object.entries({
    Limit: 500,
    Remaining: 0,
    Reset: Math.ceil(Date.now() / 1000) + 1,
  }))
    response.setHeader(`X-RateLimit-${name}`, value)
  refuse(response, 429, 'too many requests')
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
