/** The types of an implementation, derived from its route's declaration. */
import type * as z from 'zod'
import type { SchemaName, ShapeOf } from '../contract/api/index.ts'
import type { HttpEvent } from './request.ts'
import type { HttpResponse, JsonResponse, ResponseOf } from './respond.ts'
import type { Parameters } from './route.ts'

type Read<Given> = Given extends Parameters
  ? { readonly [Name in keyof Given]: z.output<Given[Name]> }
  : undefined

/** A validated request. Parts that its route does not declare are undefined. */
export interface RequestOf<Declared, Claims = undefined> {
  readonly params: Declared extends { readonly params: infer Given } ? Read<Given> : undefined
  readonly query: Declared extends { readonly query: infer Query extends z.ZodType }
    ? z.output<Query>
    : undefined
  readonly body: Declared extends {
    readonly body: { readonly schema: infer Body extends z.ZodType }
  }
    ? z.output<Body>
    : undefined
  readonly headers: Declared extends { readonly headers: infer Given } ? Read<Given> : undefined
  /** The result of the function's `authenticate`. */
  readonly claims: Claims
  readonly event: HttpEvent
}

type Responses<Declared> = {
  [Status in keyof Declared & number]: Declared[Status] extends { readonly contentType: string }
    ? ResponseOf<Status>
    : Declared[Status] extends { readonly schema: infer Name extends SchemaName }
      ? JsonResponse<ShapeOf<Name>, Status>
      : ResponseOf<Status>
}[keyof Declared & number]

/** The responses of a route. A body that does not match its schema does not compile. */
type Responded<Declared> = Declared extends { readonly responses: infer Given }
  ? Responses<Given>
  : HttpResponse

export type Implementation<Declared, Claims = undefined> = (
  request: RequestOf<Declared, Claims>,
) => Promise<Responded<Declared>>
