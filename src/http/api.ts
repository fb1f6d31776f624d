/** The routes of a function and what each of them does. API Gateway has found the route: `routeKey` names it. */
import type { Context } from 'aws-lambda'
import { requireOperator, requireReader } from './authenticate.ts'
import { http } from './http.ts'
import { Problem } from './problem.ts'
import { readInput } from './read-input.ts'
import type { HttpEvent } from './request.ts'
import type { Implementation, RequestOf } from './request-of.ts'
import type { HttpResponse } from './respond.ts'
import type { Access, Route, Routes } from './route.ts'

const REQUIRE: Readonly<Partial<Record<Access, (authorization?: string) => Promise<void>>>> = {
  reader: requireReader,
  operator: requireOperator,
}

/**
 * Makes a Lambda handler of the declared routes. Bearer tokens are checked here, then the input that the route declares.
 * Before that `authenticate` checks what only this function knows, and returns claims for the implementations. A provider's
 * signature is over the body, so its route checks that itself. Any other route is 404, for the operator alone.
 */
export const api = <Declared extends Routes, Claims = undefined>(
  routes: Declared,
  implementations: { readonly [Key in keyof Declared]: Implementation<Declared[Key], Claims> },
  authenticate?: (event: HttpEvent) => Promise<Claims>,
) => {
  const table = new Map(Object.entries<Route | undefined>(routes))
  return http(async (event) => {
    const { routeKey, headers } = event
    const route = table.get(routeKey)
    await REQUIRE[route?.access ?? 'operator']?.(headers.authorization)
    if (!route) throw new Problem(404, `There is no route ${routeKey}.`)
    const claims = await authenticate?.(event)
    const implement = implementations[routeKey as keyof Declared] as Implement
    return implement({ ...readInput(route, event), claims, event })
  }) as (event: HttpEvent, context: Context) => Promise<HttpResponse>
}

/** An implementation, for whoever does not know of which route. */
type Implement = (request: { [Part in keyof RequestOf<unknown>]: unknown }) => Promise<HttpResponse>
