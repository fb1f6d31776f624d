/** Parses the input that a route declares. */
import { check, type HttpEvent, jsonBody, rawBody } from './request.ts'
import type { Input, JsonBody, Parameters } from './route.ts'

/**
 * Returns the validated input, path parameters first. Throws 400 if it is invalid, and 413 if the body is too large.
 */
export function readInput({ params, query, body, headers }: Input, event: HttpEvent) {
  return {
    params:
      params && readEach(params, (name) => [event.pathParameters?.[name], `The ${inWords(name)}`]),
    query: query && check(query, event.queryStringParameters ?? {}, 'The query'),
    body: body && 'schema' in body ? readBody(body, event) : undefined,
    headers:
      headers &&
      readEach(headers, (name) => [event.headers[name.toLowerCase()], `The ${name} header`]),
  }
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

const readBody = ({ schema, limit, optional }: JsonBody, event: HttpEvent) =>
  optional && rawBody(event).length === 0
    ? check(schema, {}, 'The body')
    : jsonBody(event, schema, limit)
