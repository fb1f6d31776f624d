/** What a runner calls, with its job token: its job, its heartbeats, its artifacts, its result. */
import { artifactList } from '../../src/contract/artifact-rules.ts'
import { heartbeat, result } from '../../src/contract/runner.ts'
import { requireJob } from '../../src/http/authenticate.ts'
import { http } from '../../src/http/http.ts'
import { Problem } from '../../src/http/problem.ts'
import { jsonBody } from '../../src/http/request.ts'
import { json, noContent } from '../../src/http/respond.ts'
import * as conductor from './conductor-job.ts'
import * as worker from './worker-job.ts'

/** A result's two texts of 200,000 characters, as JSON. */
const MAX_BODY = 4 * 1024 * 1024

/** Twenty artifacts with their names and checksums, as JSON. */
const MAX_LIST = 64 * 1024

const notCurrent = () => new Problem(409, 'This job is not the current one any more: end it.')

export const handler = http(async (event) => {
  const claims = await requireJob(event.headers.authorization)
  const side = claims.worker === undefined ? conductor : worker
  switch (event.routeKey) {
    case 'POST /api/webhooks/sandbox/job': {
      const job = await side.handOut(claims)
      if (!job) throw notCurrent()
      return json(job)
    }
    case 'POST /api/webhooks/sandbox/heartbeat': {
      const { activity } = jsonBody(event, heartbeat, MAX_BODY)
      if (!(await side.takeHeartbeat(claims, activity))) throw notCurrent()
      return noContent
    }
    case 'POST /api/webhooks/sandbox/artifacts': {
      const links = await worker.grantArtifacts(claims, jsonBody(event, artifactList, MAX_LIST))
      if (!links) throw notCurrent()
      return json({ links })
    }
    case 'POST /api/webhooks/sandbox/result':
      await side.takeResult(claims, jsonBody(event, result, MAX_BODY))
      return noContent
    default:
      throw new Problem(404, `There is no route ${event.routeKey}.`)
  }
})
