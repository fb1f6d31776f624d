/** A client of the public API. */
import { setTimeout as wait } from 'node:timers/promises'
import * as z from 'zod'
import { SCHEMAS, type SchemaName, type ShapeOf } from '../src/contract/api/index.ts'
import { jsonBody } from '../src/contract/json-body.ts'
import { CliError, reasonOf } from './errors.ts'
import { findTarget, type Target } from './target.ts'

export interface SendOptions {
  readonly method?: 'POST' | 'PUT' | 'DELETE'
  readonly body?: object
  /** With it a request may be sent again. */
  readonly idempotencyKey?: string
}

/** A refusal of the API. */
export class ApiError extends CliError {
  readonly status: number
  constructor(status: number, message: string, cure?: string) {
    super(message, cure === undefined ? {} : { cure })
    this.status = status
  }
}

export interface Client {
  readonly target: Target
  /** Reads a route whose response has this schema. */
  get<Name extends SchemaName>(schema: Name, route: string): Promise<ShapeOf<Name>>
  /** Changes something. Returns what was answered, or undefined if that is nothing. */
  send(route: string, options?: SendOptions): Promise<unknown>
}

const ATTEMPTS = 4
const PASSING = [429, 502, 503, 504]
const LONGEST_PAUSE_S = 10

const problem = z.object({ detail: z.string() }).or(z.object({ message: z.string() }))

/** Returns a client for the Baton at `url`, or the one of this checkout. */
export const clientFor = (url: string | undefined): Client => clientOf(findTarget(url))

/** Returns a client for a Baton whose token is known. */
export function clientOf(target: Target): Client {
  return {
    target,
    get: async (schema, route) => {
      const { data, error } = SCHEMAS[schema].safeParse(await request(target, route))
      if (error === undefined) return data as ShapeOf<typeof schema>
      throw new CliError(`${target.url} answers ${route} as another version of Baton would.`, {
        cure: 'Use the command line of the checkout that was deployed.',
        cause: error,
      })
    },
    send: (route, options = {}) => request(target, route, { method: 'POST', ...options }),
  }
}

/** Reads a route. Throws an ApiError if the API refuses, or a CliError if it cannot be reached. */
export const readAs = (target: Target, route: string): Promise<unknown> => request(target, route)

async function request(target: Target, route: string, options: SendOptions = {}): Promise<unknown> {
  const mayRepeat = options.method === undefined || options.idempotencyKey !== undefined
  for (let attempt = 1; ; attempt++) {
    const response = await fetchFrom(target, route, options)
    if (response.ok) return response.status === 204 ? undefined : response.json()
    if (!mayRepeat || attempt === ATTEMPTS || !PASSING.includes(response.status))
      throw await refusal(target, response)
    const seconds = Number(response.headers.get('retry-after')) || 2 ** (attempt - 2)
    await wait(Math.min(seconds, LONGEST_PAUSE_S) * 1000)
  }
}

async function fetchFrom(
  { url, token, isLocal }: Target,
  route: string,
  { method, body, idempotencyKey }: SendOptions,
): Promise<Response> {
  try {
    return await fetch(`${url}${route}`, {
      method: method ?? 'GET',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      ...(body && { body: jsonBody(body) }),
    })
  } catch (cause) {
    throw new CliError(`${url} cannot be reached: ${reasonOf(cause)}.`, {
      cure: isLocal
        ? 'Run npm start in another terminal first.'
        : 'Check the address, and that this machine is online; then try again.',
      cause,
    })
  }
}

async function refusal({ url, isLocal }: Target, response: Response): Promise<ApiError> {
  const { status } = response
  if (status === 401)
    return new ApiError(
      status,
      `${url} does not know this token.`,
      isLocal
        ? 'Give this command the BATON_TOKEN that npm start has.'
        : `Run baton login --url ${url}; the token is the secret <stack>/api-token.`,
    )
  const { data } = problem.safeParse(await response.json().catch(() => undefined))
  const said = data && ('detail' in data ? data.detail : data.message)
  const cure = PASSING.includes(status) ? 'Try again in a minute.' : undefined
  return new ApiError(status, said ?? `${url} answered ${status}.`, cure)
}
