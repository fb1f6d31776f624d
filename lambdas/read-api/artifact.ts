/** A short-lived link to an artifact of a worker. */
import { downloadLink } from '../../src/adapters/objects.ts'
import { readWorker } from '../../src/adapters/workers.ts'
import { artifactsOf, uploadKey } from '../../src/core/artifacts.ts'
import { noWorker, Problem } from '../../src/http/problem.ts'

const LINK_SECONDS = 5 * 60

/** Returns a link that downloads the artifact. Throws 404 if the worker has no artifact of this name. */
export async function artifactLink({
  sessionId,
  workerId,
  name,
}: {
  readonly sessionId: string
  readonly workerId: string
  readonly name: string
}): Promise<string> {
  const worker = await readWorker(sessionId, workerId)
  if (!worker) throw noWorker()
  const found = artifactsOf(worker).find((each) => each.name === name)
  if (!found)
    throw new Problem(
      404,
      `${workerId} has no artifact of this name. The worker's details list its artifacts.`,
    )
  return downloadLink(uploadKey(worker, found), { name: found.name, seconds: LINK_SECONDS })
}
