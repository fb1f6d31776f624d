/** Dispatches requests to a function's declared routes. API Gateway has already matched the route (`routeKey`). */
import type { Context } from 'aws-lambda'
import { logger } from '../adapters/logger.ts'
import { requireOperator, requireReader } from './authenticate.ts'
import { http } from './http.ts'
import { Problem } from './problem.ts'
import { readInput } from './read-input.ts'
import type { HttpEvent } from './request.ts'
import type { Implementation, RequestOf } from './request-of.ts'
import type { HttpResponse } from './respond.ts'
import type { Access, Route, Routes } from './route.ts'

/** The checks of bearer tokens. For other callers the function brings its own check. */
const REQUIRE = {
  anyone: async () => undefined,
  reader: requireReader,
  operator: requireOperator,
} as const satisfies Partial<Record<Access, (authorization?: string) => Promise<void>>>

const HAS_TOKEN: readonly Access[] = ['reader', 'operator', 'viewer']

const isBearer = (access: Access): access is keyof typeof REQUIRE => access in REQUIRE

/**
 * Returns a Lambda handler for the declared routes. It first checks the caller: bearer tokens itself, viewers, sandboxes
 * and providers with `authenticate`, whose claims the implementations get. Then it parses the input that the route
 * declares. HEAD is GET without the body. Any other route is 404, which only the operator sees. Throws if a route needs `authenticate` and there is
 * none.
 */
export const api = <Declared extends Routes, Claims = undefined>(
  routes: Declared,
  implementations: { readonly [Key in keyof Declared]: Implementation<Declared[Key], Claims> },
  authenticate?: (event: HttpEvent) => Promise<Claims>,
) => {
  const table = new Map(Object.entries<Route | undefined>(routes))
  for (const [key, route] of table)
    if (route && !isBearer(route.access) && !authenticate)
      throw new Error(`${key} is for ${route.access}, but nothing checks that. Pass authenticate.`)
  return http(async (event) => {
    const { headers } = event
    const routeKey = event.routeKey.replace(/^HEAD /, 'GET ')
    const route = table.get(routeKey)
    const access = route?.access ?? 'operator'
    if (isBearer(access)) await REQUIRE[access](headers.authorization)
    if (!route) throw new Problem(404, `There is no route ${routeKey}.`)
    const claims = isBearer(access) ? undefined : await authenticate?.(event)
    // With the name of the token, so that every access is on record.
    if (HAS_TOKEN.includes(access)) logger.info('authorized', { route: routeKey })
    const implement = implementations[routeKey as keyof Declared] as Implement
    return implement({ ...readInput(route, event), claims, event })
  }) as (event: HttpEvent, context: Context) => Promise<HttpResponse>
}

/** An implementation whose route is only known at run time. */
type Implement = (request: { [Part in keyof RequestOf<unknown>]: unknown }) => Promise<HttpResponse>
