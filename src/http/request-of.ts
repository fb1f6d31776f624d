/** The types of an implementation, made of what its route declares. */
import type * as z from 'zod'
import type { SchemaName, ShapeOf } from '../contract/api/index.ts'
import type { HttpEvent } from './request.ts'
import type { HttpResponse, JsonResponse, ResponseOf } from './respond.ts'
import type { Parameters } from './route.ts'

type Read<Given> = Given extends Parameters
  ? { readonly [Name in keyof Given]: z.output<Given[Name]> }
  : undefined

/** A request as its route declares it, validated; what it does not declare is undefined. */
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
  /** What the function's own authentication has found out. */
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

/** What a route may respond with: a body that is not as its schema says does not compile. */
type Responded<Declared> = Declared extends { readonly responses: infer Given }
  ? Responses<Given>
  : HttpResponse

export type Implementation<Declared, Claims = undefined> = (
  request: RequestOf<Declared, Claims>,
) => Promise<Responded<Declared>>
