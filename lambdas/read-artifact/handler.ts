/** One artifact of a worker, by a redirect to a short-lived link. */
import { downloadLink } from '../../src/adapters/object-links.ts'
import { readWorker } from '../../src/adapters/workers.ts'
import { artifactsOf, uploadKey } from '../../src/core/artifacts.ts'
import { requireReader } from '../../src/http/authenticate.ts'
import { http } from '../../src/http/http.ts'
import { noWorker, Problem } from '../../src/http/problem.ts'
import { check, sessionId as sessionIdSchema } from '../../src/http/request.ts'

const LINK_SECONDS = 5 * 60

export const handler = http(async (event) => {
  await requireReader(event.headers.authorization)
  const { workerId = '', name = '', ...given } = event.pathParameters ?? {}
  const sessionId = check(sessionIdSchema, given.sessionId, 'The session id')
  const worker = await readWorker(sessionId, workerId)
  if (!worker) throw noWorker()
  const artifact = artifactsOf(worker).find((each) => each.name === name)
  if (!artifact)
    throw new Problem(
      404,
      `${workerId} has handed over no artifact of this name; its detail lists those there are.`,
    )
  const location = await downloadLink(uploadKey(worker, artifact), {
    name: artifact.name,
    seconds: LINK_SECONDS,
  })
  return { statusCode: 302, headers: { location, 'cache-control': 'no-store' } }
})
