/** Which methods the paths of the API accept, for requests that match no route. */

/**
 * Returns the methods of a path, with HEAD wherever GET is allowed, or none if there is no such path. `routes` are keys
 * such as `GET /api/sessions/{sessionId}`.
 */
export function allowedMethods(routes: readonly string[], path: string): readonly string[] {
  const methods = routes
    .map((route) => route.split(' '))
    .filter(([, template = '']) => patternOf(template).test(path))
    .flatMap(([method = '']) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  return [...new Set(methods)].sort()
}

/** A parameter takes one segment. */
const patternOf = (template: string) => {
  const segments = template
    .split('/')
    .map((each) => (each.startsWith('{') ? '[^/]+' : literal(each)))
  return new RegExp(`^${segments.join('/')}$`)
}

const literal = (text: string) => text.replaceAll(/[^\w-]/g, String.raw`\$&`)
