/** Chooses the route of an HTTP API for a request. */
import type { TakenRoute } from './http-event.ts'

/** A parsed route key: `ANY /files/{name+}`. */
export interface RoutePattern {
  readonly routeKey: string
  readonly method: string
  readonly segments: readonly string[]
}

/** Parses a route key. `$default` matches every request that no other route matches. */
export function routePattern(routeKey: string): RoutePattern {
  const [method = '', path = ''] =
    routeKey === '$default' ? ['ANY', '/{proxy+}'] : routeKey.split(' ')
  return { routeKey, method, segments: path.split('/').slice(1) }
}

/**
 * Returns the most specific route for a request. Segment by segment, an exact match wins over `{name}`, and that
 * over `{name+}`; then the method over `ANY`; `$default` comes last. Source: "Routing API requests", API Gateway
 * Developer Guide.
 */
export function chooseRoute<R extends RoutePattern>(
  routes: readonly R[],
  method: string,
  path: string,
): { route: R; taken: TakenRoute } | undefined {
  const segments = path.split('/').slice(1)
  const [best] = routes
    .map((route) => ({ route, pathParameters: match(route, method, segments) }))
    .filter(({ pathParameters }) => pathParameters !== undefined)
    .sort((a, b) => compare(a.route, b.route))
  if (!best) return undefined
  const { routeKey } = best.route
  const pathParameters = routeKey === '$default' ? {} : (best.pathParameters ?? {})
  return { route: best.route, taken: { routeKey, pathParameters } }
}

/** Returns the path parameters of a request, or undefined if the route does not match it. */
function match(
  { method: wanted, segments: patterns, routeKey }: RoutePattern,
  method: string,
  segments: readonly string[],
): Record<string, string> | undefined {
  if (wanted !== 'ANY' && wanted !== method) return undefined
  const greedy = patterns.at(-1)?.endsWith('+}') === true
  const fixed = greedy ? patterns.slice(0, -1) : patterns
  const rest = segments.slice(fixed.length)
  const fits = greedy ? rest.join('/') !== '' || routeKey === '$default' : rest.length === 0
  const matches = (pattern: string, segment = '') =>
    parameterName(pattern) === undefined ? segment === pattern : segment !== ''
  if (!fits || !fixed.every((pattern, index) => matches(pattern, segments[index]))) return undefined
  const given = [
    ...fixed.map((_, index) => segments[index] ?? ''),
    ...(greedy ? [rest.join('/')] : []),
  ]
  return Object.fromEntries(
    patterns.flatMap((pattern, index) => {
      const name = parameterName(pattern)
      return name === undefined ? [] : [[name, decode(given[index] ?? '')]]
    }),
  )
}

/** `id` for `{id}` and for `{id+}`. */
const parameterName = (pattern: string) => /^\{(.+?)\+?\}$/.exec(pattern)?.[1]

/** Returns a path that is not validly encoded unchanged. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function compare(a: RoutePattern, b: RoutePattern): number {
  if (a.routeKey === '$default' || b.routeKey === '$default') {
    return Number(a.routeKey === '$default') - Number(b.routeKey === '$default')
  }
  const length = Math.max(a.segments.length, b.segments.length)
  for (let index = 0; index < length; index++) {
    const difference = breadth(a.segments[index]) - breadth(b.segments[index])
    if (difference !== 0) return difference
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY')
}

/** How much a segment matches: itself, one segment, or all that follow. */
function breadth(segment = ''): number {
  if (segment.endsWith('+}')) return 2
  return segment.startsWith('{') ? 1 : 0
}
