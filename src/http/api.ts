/** Dispatches requests to a function's declared routes. API Gateway has already matched the route (`routeKey`). */
import type { Context } from 'aws-lambda'
import { requireOperator, requireReader } from './authenticate.ts'
import { http } from './http.ts'
import { Problem } from './problem.ts'
import type { HttpEvent } from './request.ts'
import type { HttpResponse } from './respond.ts'
import type { Access, Route } from './route.ts'

type Respond = (event: HttpEvent) => Promise<HttpResponse>

const REQUIRE: Readonly<Partial<Record<Access, (authorization?: string) => Promise<void>>>> = {
  reader: requireReader,
  operator: requireOperator,
}

/**
 * Returns a Lambda handler for the declared routes. It checks bearer tokens. Routes for sandboxes and providers check
 * credentials themselves, because they need the claims or the body. Any other route is 404, which only the operator sees.
 */
export const api = <Key extends string>(
  routes: Readonly<Record<Key, Route>>,
  responses: Readonly<Record<Key, Respond>>,
) =>
  http(async (event) => {
    const { routeKey, headers } = event
    const key = (Object.keys(routes) as Key[]).find((each) => each === routeKey)
    await REQUIRE[key === undefined ? 'operator' : routes[key].access]?.(headers.authorization)
    if (key === undefined) throw new Problem(404, `There is no route ${routeKey}.`)
    return responses[key](event)
  }) as (event: HttpEvent, context: Context) => Promise<HttpResponse>
