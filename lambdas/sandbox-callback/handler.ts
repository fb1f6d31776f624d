/** The callback API of runners: job, heartbeats, artifacts and result. */
import { artifactList } from '../../src/contract/artifact-rules.ts'
import { heartbeat, result } from '../../src/contract/runner.ts'
import type { JobClaims } from '../../src/core/job-token.ts'
import { api } from '../../src/http/api.ts'
import { requireJob } from '../../src/http/authenticate.ts'
import { Problem } from '../../src/http/problem.ts'
import { type HttpEvent, jsonBody } from '../../src/http/request.ts'
import { json, noContent } from '../../src/http/respond.ts'
import * as conductor from './conductor-job.ts'
import { routes } from './routes.ts'
import * as worker from './worker-job.ts'

/** A result's two texts of 200,000 characters, as JSON. */
const MAX_BODY = 4 * 1024 * 1024

/** Twenty artifacts with their names and checksums, as JSON. */
const MAX_LIST = 64 * 1024

const notCurrent = () => new Problem(409, 'This job is no longer the current one. End it.')

export const handler = api(routes, {
  'POST /api/webhooks/sandbox/job': async (event) => {
    const claims = await claimsOf(event)
    const job = await sideOf(claims).handOut(claims)
    if (!job) throw notCurrent()
    return json(job)
  },
  'POST /api/webhooks/sandbox/heartbeat': async (event) => {
    const claims = await claimsOf(event)
    const { activity } = jsonBody(event, heartbeat, MAX_BODY)
    if (!(await sideOf(claims).takeHeartbeat(claims, activity))) throw notCurrent()
    return noContent
  },
  'POST /api/webhooks/sandbox/artifacts': async (event) => {
    const claims = await claimsOf(event)
    const links = await worker.grantArtifacts(claims, jsonBody(event, artifactList, MAX_LIST))
    if (!links) throw notCurrent()
    return json({ links })
  },
  'POST /api/webhooks/sandbox/result': async (event) => {
    const claims = await claimsOf(event)
    await sideOf(claims).takeResult(claims, jsonBody(event, result, MAX_BODY))
    return noContent
  },
})

const claimsOf = ({ headers }: HttpEvent) => requireJob(headers.authorization)

/** A conductor's job is in the session item, a worker's job in the worker item. */
const SIDES = {
  conductor: {
    handOut: conductor.handOut,
    takeHeartbeat: conductor.takeHeartbeat,
    takeResult: conductor.takeResult,
  },
  worker: {
    handOut: worker.handOut,
    takeHeartbeat: worker.takeHeartbeat,
    takeResult: worker.takeResult,
  },
}

const sideOf = (claims: JobClaims) => SIDES[claims.worker === undefined ? 'conductor' : 'worker']
