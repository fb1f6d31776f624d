/** Twilio's REST API over HTTP: authentication, sending, reading, media, and what an account has. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from '../../../packages/local-aws/src/loopback.ts'
import { sendJson } from '../../../packages/local-e2b/src/json-http.ts'
import { sameSecret } from '../../../packages/local-e2b/src/same-secret.ts'
import type { Fault } from '../fault.ts'
import type { TwilioAccount } from './account.ts'
import { refusalOf } from './create.ts'
import { type ErrorCode, errorOf } from './error.ts'
import type { Media } from './inbound.ts'
import { KNOWN_PARAMETERS, listing } from './listing.ts'
import { manage, UnknownParameter } from './management.ts'
import { messageJson, type SmsMessage } from './message.ts'

export interface ApiState {
  readonly accountSid: string
  readonly authToken: string
  readonly number: string
  readonly serviceSid: string
  readonly account: TwilioAccount
  readonly messages: readonly SmsMessage[]
  mediaOf(sid: string): Media | undefined
  readonly optedOut: ReadonlySet<string>
  readonly faults: Fault[]
  /** Accepts a valid message. */
  readonly accept: (form: URLSearchParams) => SmsMessage
}

const BODY_LIMIT = 1024 * 1024

/** Handles one request; an unknown route gets Twilio's error 20404. */
export async function answerApi(
  state: ApiState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const { pathname, searchParams } = url
  const { authorization } = request.headers
  const cdn = /^\/cdn\/(ME[0-9a-f]{32})$/.exec(pathname)?.[1]
  if (cdn) return sendFile(state, cdn, authorization, response)
  if (!sameSecret(authorization, basic(state))) return refuse(response, 20003)
  const account = `/2010-04-01/Accounts/${state.accountSid}/`
  const route = pathname.startsWith(account) ? pathname.slice(account.length) : ''
  if (route === 'Messages.json' && request.method === 'POST')
    return create(state, request, response)
  if (!route.startsWith('Messages')) return managed(state, url, request, response)
  if (request.method !== 'GET') return refuse(response, 20404)
  if (route === 'Messages.json') return list(state, searchParams, response)
  const file = /^Messages\/[A-Z]{2}[0-9a-f]{32}\/Media\/(ME[0-9a-f]{32})$/.exec(route)?.[1]
  // The file is on another host, which must not see the account's credentials.
  if (file) return void response.writeHead(307, { location: `/cdn/${file}` }).end()
  const message = state.messages.find(({ sid }) => route === `Messages/${sid}.json`)
  if (!message) return refuse(response, 20404)
  sendJson(response, 200, messageJson(message, state.accountSid))
}

const basic = ({ accountSid, authToken }: ApiState) =>
  `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`

function refuse(response: ServerResponse, code: ErrorCode): void {
  const error = errorOf(code)
  sendJson(response, error.status, error)
}

async function create(state: ApiState, request: IncomingMessage, response: ServerResponse) {
  const body = await readBody(request, BODY_LIMIT)
  const fault = state.faults.shift()
  if (fault === 429) return refuse(response, 20429)
  if (fault === 500) return refuse(response, 20500)
  if (fault === 'drop') return void request.socket.resetAndDestroy()
  const form = new URLSearchParams(body?.toString() ?? '')
  const refusal = refusalOf(form, state)
  if (refusal) return refuse(response, refusal)
  const message = state.accept(form)
  if (fault === 'accept-then-drop') return void request.socket.resetAndDestroy()
  sendJson(response, 201, messageJson(message, state.accountSid))
}

async function managed(
  { account }: ApiState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const form = new URLSearchParams((await readBody(request, BODY_LIMIT))?.toString() ?? '')
  try {
    const found = manage(account, request.method ?? '', url, form)
    if (found) sendJson(response, 200, found)
    else refuse(response, 20404)
  } catch (error) {
    if (!(error instanceof UnknownParameter)) throw error
    refuse(response, 20001)
  }
}

function list(state: ApiState, query: URLSearchParams, response: ServerResponse): void {
  // An error is better than a list that ignores an unknown filter.
  if ([...query.keys()].some((name) => !KNOWN_PARAMETERS.includes(name))) refuse(response, 20001)
  else sendJson(response, 200, listing(state.messages, query, state.accountSid))
}

function sendFile(
  { mediaOf }: ApiState,
  sid: string,
  authorization: string | undefined,
  response: ServerResponse,
): void {
  const file = mediaOf(sid)
  if (!file) return void response.writeHead(404).end()
  if (authorization !== undefined) return void response.writeHead(400).end()
  response.writeHead(200, { 'content-type': file.type }).end(file.content)
}
