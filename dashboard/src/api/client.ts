/** Requests to the API, typed by the declarations of its routes. */
import { signal } from '@preact/signals'
import type { routes as read } from '../../../lambdas/read-api/routes.ts'
import type { routes as messages } from '../../../lambdas/receive-message/routes.ts'
import type { routes as control } from '../../../lambdas/session-control/routes.ts'
import type { SchemaName, ShapeOf } from '../../../src/contract/api/index.ts'
import { jsonBody } from '../../../src/contract/json-body.ts'
import { link, signOut, token } from './token.ts'

type Declared = typeof read & typeof messages & typeof control
export type RouteKey = keyof Declared

type BodyOf<Response> = Response extends { readonly schema: infer Name extends SchemaName }
  ? ShapeOf<Name>
  : never
type Responses<Key extends RouteKey> = Declared[Key]['responses']
/** What a route responds with; never if it has no body. */
export type Answer<Key extends RouteKey> = BodyOf<Responses<Key>[keyof Responses<Key>]>

interface Request {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** The API refused a request, and says why. */
export class Refused extends Error {
  readonly status: number
  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
  /** Whether the same request may succeed later. */
  get isTemporary(): boolean {
    return this.status >= 500 || this.status === 429
  }
}

/** Nothing answered. */
export class Unreachable extends Error {}

/** False while the server does not answer. */
export const reachable = signal(true)

/**
 * Sends a request and returns its JSON. Throws `Refused` or `Unreachable`, or the signal's reason. A token that is not
 * accepted signs out, unless the page has another one by then.
 */
export async function call<Key extends RouteKey>(
  route: Key,
  request: Request = {},
): Promise<Answer<Key>> {
  const [method = 'GET'] = route.split(' ')
  const sent = token.value
  const response = await send(urlOf(route, request), {
    method,
    headers: { authorization: `Bearer ${sent ?? ''}`, ...request.headers },
    ...(request.body && { body: jsonBody(request.body) }),
    ...(request.signal && { signal: request.signal }),
  })
  if (response.ok)
    return response.status === 204 ? (undefined as never) : ((await response.json()) as Answer<Key>)
  const detail = await detailOf(response)
  // A late answer to an earlier token must neither sign out again nor replace the reason.
  if (response.status === 401 && token.value === sent)
    signOut(link.value ? detail : 'The token is not accepted (any more).')
  throw new Refused(response.status, detail)
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, { ...init, cache: 'no-store', credentials: 'omit' })
    reachable.value = true
    return response
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    reachable.value = false
    throw new Unreachable('Baton does not answer.', { cause })
  }
}

function urlOf(route: string, { params = {}, query = {} }: Request): string {
  const path = (route.split(' ')[1] ?? '').replaceAll(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(params[name] ?? ''),
  )
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path
}

async function detailOf(response: Response): Promise<string> {
  const problem = (await response.json().catch(() => ({}))) as {
    detail?: string
    message?: string
  }
  return problem.detail ?? problem.message ?? `The server answered ${response.status}.`
}
