/** Serves the scripted model on 127.0.0.1 as a Messages API, so that the unmodified Claude Code runs offline. */
import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import * as z from 'zod'
import { keepLatest } from '../keep-latest.ts'
import { type Conductor, conduct } from './conductor.ts'
import { readConversation } from './conversation.ts'
import {
  type Block,
  countOf,
  errorBody,
  type MessagesRequest,
  messageOf,
  messagesRequest,
  type ScriptedReply,
  streamOf,
  type Usage,
} from './messages-api.ts'
import { answer } from './script.ts'

/** A fault that a request meets instead of the script's response. */
type Fault = {
  /** Applies only to a request whose newest prompt, or a tool result for it, contains these words. */
  about?: string
  /** The response waits until this settles. */
  hold?: () => Promise<void>
  error?: { status: number; message?: string; headers?: OutgoingHttpHeaders }
  /** The stream breaks off after its first event. */
  cut?: true
  answer?: ScriptedReply
}

/** A request and its response, for tests. */
type Served = {
  request: MessagesRequest
  headers: IncomingHttpHeaders
  answer: ScriptedReply
  /** As far as it was sent. */
  usage?: Usage
}

export type Model = {
  url: string
  /** The last requests that reached the script, oldest first: as many as have 16 MB. */
  requests: Served[]
  /** Each matching request takes the first one that applies to it. */
  faults: Fault[]
  /** Responds to turns; tests may replace it. */
  conductor: Conductor
  close(): Promise<void>
}

/** Characters of the requests that are kept: Claude Code's have 100,000 each. */
const KEPT_LENGTH = 16_000_000

type Asked = {
  request: MessagesRequest
  headers: IncomingHttpHeaders
  given: ScriptedReply
  cut: boolean
}

/**
 * Starts the model. It serves only requests that carry `apiKey` (as `x-api-key` or bearer); others get the API's
 * 401. `log` gets one line for each request, without its content.
 */
export async function startModel({
  port = 0,
  apiKey,
  log = () => {},
}: {
  port?: number
  apiKey: string
  log?: (line: string) => void
}): Promise<Model> {
  const requests: Served[] = []
  const keep = keepLatest(requests, KEPT_LENGTH, ({ request }) => JSON.stringify(request).length)
  const faults: Fault[] = []

  async function serve(incoming: IncomingMessage, response: ServerResponse) {
    const refusal = refusalOf(incoming, apiKey)
    if (refusal) return sendError(response, ...refusal)
    const request = messagesRequest.safeParse(await readJson(incoming).catch(() => undefined))
    if (!request.success)
      return sendError(response, 400, 'invalid_request_error', z.prettifyError(request.error))
    if (pathOf(incoming) === COUNT) return sendJson(response, 200, countOf(request.data))
    const { error, cut = false, hold, ...fault } = takeFault(faults, request.data)
    await hold?.()
    const given = fault.answer ?? answer(request.data, model.conductor)
    const { headers: sent } = incoming
    if (!error) return respond(response, { request: request.data, headers: sent, given, cut })
    const { status, message = `scripted ${status}`, headers } = error
    sendError(response, status, ERROR_TYPES[status] ?? 'api_error', message, headers)
  }

  function respond(response: ServerResponse, { request, headers, given, cut }: Asked) {
    const message = given === 'hang' ? undefined : messageOf(request, given)
    const usage = message && (cut ? { ...message.usage, output_tokens: 1 } : message.usage)
    keep({ request, headers, answer: given, ...(usage && { usage }) })
    if (!message) return log('model: a request is left open, as its task asks')
    log(`model: ${message.content.map(titleOf).join(', ')} (${message.usage.output_tokens} tokens)`)
    if (request.stream) sendStream(response, message, cut)
    else sendJson(response, 200, message)
  }

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error) =>
      sendError(response, 500, 'api_error', `the scripted model failed: ${error}`),
    )
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = z.object({ port: z.number() }).parse(server.address())
  const model: Model = {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    faults,
    conductor: conduct,
    async close() {
      server.close()
      server.closeAllConnections()
      if (server.listening) await once(server, 'close')
    },
  }
  return model
}

/** The `error.type` for a status: https://docs.anthropic.com/en/api/errors */
const ERROR_TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

/**
 * Returns why a request does not reach the script (status, type and message of the error), or undefined if it
 * does.
 */
function refusalOf(
  { method, url = '/', headers }: IncomingMessage,
  apiKey: string,
): [number, string, string] | undefined {
  if (headers['x-api-key'] !== apiKey && headers.authorization !== `Bearer ${apiKey}`)
    return [401, 'authentication_error', 'invalid x-api-key']
  const pathname = pathOf({ url })
  if (method === 'POST' && [MESSAGES, COUNT].includes(pathname)) return undefined
  return [404, 'not_found_error', `${method} ${pathname}: there is only POST ${MESSAGES} here`]
}

const MESSAGES = '/v1/messages'
const COUNT = `${MESSAGES}/count_tokens`

const pathOf = ({ url = '/' }: { url?: string | undefined }) =>
  new URL(url, 'http://127.0.0.1').pathname

function takeFault(faults: Fault[], request: MessagesRequest): Fault {
  const text = textOf(request)
  const at = faults.findIndex(({ about }) => about === undefined || text.includes(about))
  const [fault = {}] = at < 0 ? [] : faults.splice(at, 1)
  return fault
}

/** Returns the text that a turn or a leg has been given so far. */
function textOf(request: MessagesRequest): string {
  const { prompt, calls } = readConversation(request)
  const results = calls.map(({ result }) => result?.text ?? '')
  return [...prompt.map(({ content }) => content), ...results].join('\n')
}

const titleOf = (block: Block) => (block.type === 'text' ? 'text' : block.name)

function sendStream(response: ServerResponse, message: ReturnType<typeof messageOf>, cut: boolean) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  for (const event of streamOf(message)) {
    const written = `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
    if (cut) return response.write(written, () => response.destroy())
    response.write(written)
  }
  response.end()
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

function sendError(
  response: ServerResponse,
  status: number,
  type: string,
  message: string,
  headers?: OutgoingHttpHeaders,
) {
  sendJson(response, status, errorBody(type, message), headers)
}
