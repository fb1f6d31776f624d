/** Every route that does not exist, as a problem like any other. */
import { http } from '../../src/http/http.ts'
import { Problem } from '../../src/http/problem.ts'

export const handler = http(async ({ requestContext }) => {
  const { method, path } = requestContext.http
  throw new Problem(404, `There is no route ${method} ${path}.`)
})
