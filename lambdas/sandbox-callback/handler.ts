/** The callback API of runners: job, heartbeats, artifacts and result. */
import type { JobClaims } from '../../src/core/job-token.ts'
import { api } from '../../src/http/api.ts'
import { requireJob } from '../../src/http/authenticate.ts'
import { Problem } from '../../src/http/problem.ts'
import type { HttpEvent } from '../../src/http/request.ts'
import { json, noContent } from '../../src/http/respond.ts'
import * as conductor from './conductor-job.ts'
import { routes } from './routes.ts'
import * as worker from './worker-job.ts'

const notCurrent = () => new Problem(409, 'This job is no longer the current one. End it.')

const claimsOf = ({ headers }: HttpEvent) => requireJob(headers.authorization)

export const handler = api(
  routes,
  {
    'POST /api/webhooks/sandbox/job': async ({ claims, body }) => {
      const job = await sideOf(claims).handOut(claims, body)
      if (!job) throw notCurrent()
      return json(job)
    },
    'POST /api/webhooks/sandbox/heartbeat': async ({ claims, body }) => {
      if (!(await sideOf(claims).takeHeartbeat(claims, body.activity))) throw notCurrent()
      return noContent
    },
    'POST /api/webhooks/sandbox/artifacts': async ({ claims, body }) => {
      const links = await worker.grantArtifacts(claims, body)
      if (!links) throw notCurrent()
      return json({ links })
    },
    'POST /api/webhooks/sandbox/result': async ({ claims, body }) => {
      await sideOf(claims).takeResult(claims, body)
      return noContent
    },
  },
  claimsOf,
)

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
