/** One artifact of a worker, by a redirect to a short-lived link. */
import { downloadLink } from '../../src/adapters/objects.ts'
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
      `${workerId} has handed over no artifact of this name; its detail lists those there are.`,
    )
  const location = await downloadLink(uploadKey(worker, found), {
    name: found.name,
    seconds: LINK_SECONDS,
  })
  return { statusCode: 302, headers: { location, 'cache-control': 'no-store' } }
}
