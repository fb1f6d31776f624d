/** Parses the input that a route declares. */
import { requireKnownNames } from './query-names.ts'
import { check, type HttpEvent, jsonBody, rawBody } from './request.ts'
import type { Access, Input, JsonBody, Parameters, Route } from './route.ts'

/**
 * Returns the validated input, path parameters first. Throws 400 if it is invalid, and 413 if the body is too large.
 */
export function readInput({ access, params, query, body, headers }: Route, event: HttpEvent) {
  return {
    params:
      params && readEach(params, (name) => [event.pathParameters?.[name], `The ${inWords(name)}`]),
    query: readQuery(query, event, access),
    body: body && 'schema' in body ? readBody(body, event, access) : undefined,
    headers:
      headers &&
      readEach(headers, (name) => [event.headers[name.toLowerCase()], `The ${name} header`]),
  }
}

/**
 * Only callers with a bearer token are told of unknown names. Monitors and mail programs add parameters to links that
 * anyone may open, and providers to their own calls.
 */
function readQuery(
  query: Input['query'],
  { queryStringParameters: given = {} }: HttpEvent,
  access: Access,
) {
  if (access === 'viewer' || access === 'reader' || access === 'operator')
    requireKnownNames(Object.keys(given), Object.keys(query?.shape ?? {}))
  return query && check(query, given, 'The query')
}

/** `find` returns the value of that name, and its name in error messages. */
const readEach = (
  schemas: Parameters,
  find: (name: string) => readonly [value: string | undefined, what: string],
) =>
  Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, check(schema, ...find(name))]),
  )

/** `session id` for `sessionId`. */
const inWords = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const readBody = ({ schema, limit, optional }: JsonBody, event: HttpEvent, access: Access) =>
  optional && rawBody(event).length === 0
    ? check(schema, {}, 'The body')
    : jsonBody(event, schema, limit, access === 'sandbox' ? 'runner' : 'anyone')
