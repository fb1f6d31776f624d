/** The control plane: E2B's REST routes for sandboxes and templates. Other routes are refused by name. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'
import { parseBody, parseCreateRequest, timeoutSeconds } from './create-request.ts'
import { HANG_AFTER, HANG_BEFORE, type InjectedFaults } from './faults.ts'
import { ApiError, readJson, sendJson } from './json-http.ts'
import type { Lifecycle } from './lifecycle.ts'
import { selectPage } from './list-query.ts'
import { checkRules, networkRules } from './network-rules.ts'
import { sameSecret } from './same-secret.ts'
import { created, detailed, listed } from './sandbox-responses.ts'
import { buildRequest, buildsOf, finished, type Templates, tagsOf } from './templates.ts'

const DEFAULT_CONNECT_SECONDS = 300

const timeoutBody = z.object({ timeout: timeoutSeconds })
const connectBody = z.object({
  timeout: timeoutSeconds.default(DEFAULT_CONNECT_SECONDS),
  memory: z.boolean().default(true),
})
const pauseBody = z.object({ memory: z.boolean().default(true) })

export interface ControlPlane {
  readonly apiKey: string
  readonly templates: Templates
  readonly lifecycle: Lifecycle
  readonly faults: InjectedFaults
}

/** One call, and the response to it. */
interface Call {
  readonly plane: ControlPlane
  readonly id: string
  readonly url: URL
  readonly body: unknown
  readonly response: ServerResponse
}

interface Route {
  readonly method: string
  readonly path: RegExp
  readonly answer: (call: Call) => Promise<void>
}

const COLLECTION = /^(?:\/v2)?\/sandboxes$/
const ONE = /^\/sandboxes\/(?<id>[^/]+)$/

const action = (name: string): RegExp => new RegExp(`^(?:/v2)?/sandboxes/(?<id>[^/]+)/${name}$`)

const ROUTES: readonly Route[] = [
  { method: 'POST', path: COLLECTION, answer: create },
  { method: 'GET', path: COLLECTION, answer: list },
  { method: 'GET', path: ONE, answer: getInfo },
  { method: 'DELETE', path: ONE, answer: kill },
  { method: 'POST', path: action('timeout'), answer: setTimeout },
  { method: 'POST', path: action('pause'), answer: pause },
  { method: 'POST', path: action('connect'), answer: connect },
  { method: 'PUT', path: action('network'), answer: updateNetwork },
  { method: 'POST', path: /^\/v3\/templates$/, answer: buildTemplate },
  { method: 'GET', path: /^\/templates\/aliases\/(?<id>[^/]+)$/, answer: findTemplate },
  { method: 'GET', path: /^\/templates\/(?<id>[^/]+)\/tags$/, answer: listTags },
  { method: 'GET', path: /^\/templates\/(?<id>[^/]+)\/files\/\w+$/, answer: needsNoFile },
  { method: 'POST', path: /^\/v2\/templates\/(?<id>[^/]+)\/builds\/[^/]+$/, answer: startBuild },
  {
    method: 'GET',
    path: /^\/templates\/(?<id>[^/]+)\/builds\/[^/]+\/status$/,
    answer: buildStatus,
  },
  { method: 'GET', path: /^\/templates\/(?<id>[^/]+)$/, answer: describeTemplate },
  { method: 'DELETE', path: /^\/templates\/(?<id>[^/]+)$/, answer: deleteTemplate },
]

const NOT_IMPLEMENTED: readonly (readonly [RegExp, string])[] = [
  [action('fork'), 'forking a sandbox'],
  [action('snapshots'), 'a snapshot of a sandbox'],
  [action('metrics'), 'metrics of a sandbox'],
  [action('logs'), 'logs of a sandbox'],
  [action('resume'), 'the old resume call (use connect)'],
  [/^\/snapshots/, 'snapshots'],
  [/^(\/v\d)?\/templates/, 'this call about templates'],
  [/^\/volume/, 'volumes'],
  [/^\/secrets/, 'secrets'],
]

/** Whether a path belongs to the control plane; no path of the data plane does. */
export const isControlPath = (path: string): boolean =>
  /^(\/v\d)?\/(sandboxes|snapshots|templates|volumes|volumecontent|secrets|teams|nodes)\b/.test(
    path,
  )

/** Handles one control-plane request. */
export async function serveControl(
  plane: ControlPlane,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!sameSecret(request.headers['x-api-key'], plane.apiKey))
    throw new ApiError(401, 'invalid API key')
  const route = ROUTES.find(
    ({ method, path }) => method === request.method && path.test(url.pathname),
  )
  if (!route) throw notImplemented(request.method ?? '', url.pathname)
  const id = route.path.exec(url.pathname)?.groups?.id ?? ''
  await route.answer({ plane, id, url, response, body: await readJson(request) })
}

function notImplemented(method: string, path: string): ApiError {
  const [, what] = NOT_IMPLEMENTED.find(([pattern]) => pattern.test(path)) ?? []
  return new ApiError(
    501,
    `${what ?? 'this call'} is not implemented by the local E2B server: ${method} ${path}`,
  )
}

const injected = (status: number) => new ApiError(status, `injected fault: ${status}`)

/** Aborted if the client ends the request before it has a response. */
function abandoned(response: ServerResponse): AbortSignal {
  const client = new AbortController()
  response.once('close', () => client.abort())
  return client.signal
}

async function create({ plane, body, response }: Call): Promise<void> {
  const fault = plane.faults.nextCreate()
  if (typeof fault === 'number') throw injected(fault)
  if (fault === HANG_BEFORE) return
  const request = parseCreateRequest(body)
  if (!plane.templates.has(request.templateID))
    throw new ApiError(404, `template '${request.templateID}' not found`)
  const sandbox = await plane.lifecycle.create(request)
  if (fault === HANG_AFTER) return
  sendJson(response, 201, created(sandbox))
}

async function list({ plane, url, response }: Call): Promise<void> {
  const { sandboxes, nextToken } = selectPage(url.searchParams, plane.lifecycle.list())
  const headers = nextToken === undefined ? {} : { 'x-next-token': nextToken }
  sendJson(response, 200, sandboxes.map(listed), headers)
}

async function getInfo({ plane, id, response }: Call): Promise<void> {
  sendJson(response, 200, detailed(plane.lifecycle.get(id)))
}

async function kill({ plane, id, response }: Call): Promise<void> {
  await plane.lifecycle.kill(plane.lifecycle.get(id))
  sendJson(response, 204)
}

async function setTimeout({ plane, id, body, response }: Call): Promise<void> {
  const { timeout } = parseBody(timeoutBody, body)
  await plane.lifecycle.setTimeout(plane.lifecycle.get(id), timeout)
  sendJson(response, 204)
}

async function pause({ plane, id, body, response }: Call): Promise<void> {
  const { memory } = parseBody(pauseBody, body)
  const sandbox = plane.lifecycle.get(id)
  const fault = plane.faults.nextPause()
  if (fault && 'refuse' in fault) throw injected(fault.refuse)
  await plane.lifecycle.pause(sandbox, memory, { ...fault, signal: abandoned(response) })
  sendJson(response, 204)
}

async function connect({ plane, id, body, response }: Call): Promise<void> {
  const { timeout, memory } = parseBody(connectBody, body)
  const sandbox = plane.lifecycle.get(id)
  const fault = plane.faults.connect(id)
  if (fault !== undefined) throw injected(fault)
  const wasResumed = await plane.lifecycle.connect(sandbox, timeout, !memory)
  sendJson(response, wasResumed ? 201 : 200, created(sandbox))
}

async function updateNetwork({ plane, id, body, response }: Call): Promise<void> {
  const rules = parseBody(networkRules, body)
  checkRules(rules)
  plane.lifecycle.get(id).network = rules
  sendJson(response, 204)
}

async function buildTemplate({ plane, body, response }: Call): Promise<void> {
  sendJson(response, 202, plane.templates.build(parseBody(buildRequest, body)))
}

async function findTemplate({ plane, id, response }: Call): Promise<void> {
  sendJson(response, 200, { templateID: plane.templates.get(id).id, public: false })
}

async function listTags({ plane, id, response }: Call): Promise<void> {
  sendJson(response, 200, tagsOf(plane.templates.get(id)))
}

async function needsNoFile({ response }: Call): Promise<void> {
  sendJson(response, 201, { present: true })
}

async function startBuild({ plane, id, response }: Call): Promise<void> {
  plane.templates.get(id)
  sendJson(response, 202)
}

async function buildStatus({ plane, id, url, response }: Call): Promise<void> {
  const buildID = url.pathname.split('/')[4] ?? ''
  sendJson(response, 200, finished(plane.templates.get(id).id, buildID))
}

async function describeTemplate({ plane, id, response }: Call): Promise<void> {
  const template = plane.templates.get(id)
  sendJson(response, 200, { templateID: template.id, public: false, builds: buildsOf(template) })
}

async function deleteTemplate({ plane, id, response }: Call): Promise<void> {
  plane.templates.delete(id)
  sendJson(response, 204)
}
