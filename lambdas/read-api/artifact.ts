/** Redirects to a short-lived link to a worker's artifact. */
import { downloadLink } from '../../src/adapters/object-links.ts'
import { readWorker } from '../../src/adapters/workers.ts'
import { artifactsOf, uploadKey } from '../../src/core/artifacts.ts'
import { noWorker, Problem } from '../../src/http/problem.ts'
import { check, type HttpEvent, sessionId as sessionIdSchema } from '../../src/http/request.ts'
import type { HttpResponse } from '../../src/http/respond.ts'

const LINK_SECONDS = 5 * 60

export async function artifact(event: HttpEvent): Promise<HttpResponse> {
  const { workerId = '', name = '', ...given } = event.pathParameters ?? {}
  const sessionId = check(sessionIdSchema, given.sessionId, 'The session id')
  const worker = await readWorker(sessionId, workerId)
  if (!worker) throw noWorker()
  const found = artifactsOf(worker).find((each) => each.name === name)
  if (!found)
    throw new Problem(
      404,
      `${workerId} has no artifact of this name. The worker's details list its artifacts.`,
    )
  const location = await downloadLink(uploadKey(worker, found), {
    name: found.name,
    seconds: LINK_SECONDS,
  })
  return { statusCode: 302, headers: { location, 'cache-control': 'no-store' } }
}
