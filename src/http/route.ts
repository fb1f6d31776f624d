/**
 * The type of a function's routes. Each is declared once, for the template, the API document and the function itself.
 * Declarations have no side effects, because synthesis and cold starts import them.
 */
import type * as z from 'zod'
import type { SchemaName } from '../contract/api/index.ts'

/** Who may call a route. This is checked before the rest of the request is read. */
export type Access =
  /** Anyone. */
  | 'anyone'
  /** A bearer token of an operator, or a read-only one. */
  | 'reader'
  /** A bearer token of an operator, a read-only one, or that of a link to the session in the path. */
  | 'viewer'
  /** A bearer token of an operator. */
  | 'operator'
  /** A sandbox, by its job token. */
  | 'sandbox'
  /** A provider, by its signature over the request. */
  | 'twilio'
  | 'sendgrid'

/** A method and a path in API Gateway's format, or the route for everything else. */
export type RouteKey = `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}` | '$default'

/** Path parameters or headers by name. */
export type Parameters = Readonly<Record<string, z.ZodType<unknown, string | undefined>>>

export interface JsonBody {
  readonly schema: z.ZodType
  /** The most bytes that are accepted. */
  readonly limit: number
  /** A missing body counts as an empty object. */
  readonly optional?: true
}

/** The route reads the bytes itself, because they are signed. */
interface SignedBody {
  readonly contentTypes: readonly string[]
}

/** The input of a route, validated before its implementation is called. */
export interface Input {
  readonly params?: Parameters
  readonly query?: z.ZodObject
  readonly headers?: Parameters
  readonly body?: JsonBody | SignedBody
}

/** A successful response. */
export interface ResponseDeclaration {
  readonly description: string
  /** The schema of its body, which is JSON unless `contentType` is set. */
  readonly schema?: SchemaName
  /** Set if the body is not JSON. */
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, { readonly required?: true; readonly format?: 'uri' }>>
}

export type Tag = 'messages' | 'monitoring' | 'sessions' | 'questions' | 'people' | 'tokens'

/** A route of the API, as docs/openapi.yaml shows it. */
export interface PublicRoute extends Input {
  readonly access: Exclude<Access, 'sandbox'>
  readonly tag: Tag
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly responses: Readonly<Partial<Record<200 | 202 | 204 | 302 | 304, ResponseDeclaration>>>
  /** Problems in addition to those that access and input imply. */
  readonly problems?: readonly (404 | 409 | 422)[]
}

/** Not part of the API: a route for Baton's sandboxes, or the one for unknown paths. */
interface InternalRoute extends Input {
  readonly access: Access
  readonly internal: true
}

export type Route = PublicRoute | InternalRoute
export type Routes = Readonly<Partial<Record<RouteKey, Route>>>
