/** The callback for a worker, whose job is in the worker item. */

import { putResult } from '../../src/adapters/bodies.ts'
import { uploadLink } from '../../src/adapters/objects.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import { completeTask, sendHeartbeat } from '../../src/adapters/step-functions.ts'
import { changeWorker, readWorker } from '../../src/adapters/workers.ts'
import type { Artifact } from '../../src/contract/artifact-rules.ts'
import type { Job, Result, UploadLink } from '../../src/contract/runner.ts'
import { grantUploads, uploadKey } from '../../src/core/artifacts.ts'
import type { JobClaims } from '../../src/core/job-token.ts'
import { isCurrentLegJob, noteActivity, storeLegResult } from '../../src/core/leg.ts'
import { legPrompt } from '../../src/core/prompt.ts'
import { workerPrompt } from '../../src/core/prompts/worker.ts'
import { currentLeg, type Worker } from '../../src/core/worker.ts'
import { Problem } from '../../src/http/problem.ts'
import { attachments } from './attachments.ts'
import { jobIn } from './conversation.ts'

const keyOf = ({ session: sessionId, worker: workerId = '' }: JobClaims) => ({
  sessionId,
  workerId,
})

const jobId = (job: number) => `j${job}`
const resultId = ({ worker, job }: JobClaims) => `${worker}.${jobId(job)}`

async function current(claims: JobClaims): Promise<Worker | undefined> {
  const { sessionId, workerId } = keyOf(claims)
  const worker = await readWorker(sessionId, workerId)
  return worker && isCurrentLegJob(worker, claims.leg, claims.job) ? worker : undefined
}

/** Returns the job, or undefined if it is no longer the current one. */
export async function handOut(claims: JobClaims): Promise<Job | undefined> {
  const worker = await current(claims)
  if (!worker) return undefined
  const { cliSession, transcript, sessionId, workerId } = worker
  const session = await readSession(sessionId)
  return {
    role: 'worker',
    prompt: legPrompt(worker, currentLeg(worker)),
    systemPrompt: workerPrompt,
    files: [],
    downloads: session ? await attachments(session) : [],
    ...(await jobIn({
      claims,
      cliSession,
      folder: `transcripts/${sessionId}/${workerId}`,
      from: transcript,
      to: jobId(claims.job),
      seconds: currentLeg(worker).seconds,
    })),
  }
}

/** Records the activity. Returns whether the job is still the current one. */
export async function takeHeartbeat(
  claims: JobClaims,
  activity: readonly string[],
): Promise<boolean> {
  const worker = await current(claims)
  const token = worker && currentLeg(worker).token
  if (token === undefined) return false
  const at = new Date().toISOString()
  await Promise.all([
    sendHeartbeat(token),
    activity.length > 0 &&
      changeWorker(keyOf(claims), (item) => noteActivity(item, claims.leg, activity, at)),
  ])
  return true
}

const UPLOAD_SECONDS = 10 * 60

/**
 * Records these uploads in the worker item, then returns links for them, or undefined if the job is no longer the
 * current one.
 */
export async function grantArtifacts(
  claims: JobClaims,
  files: readonly Artifact[],
): Promise<readonly UploadLink[] | undefined> {
  if (claims.worker === undefined)
    throw new Problem(403, 'Only jobs of workers can upload artifacts.')
  const { leg, job } = claims
  const key = keyOf(claims)
  const grant = await changeWorker(key, (worker) => grantUploads(worker, { leg, job }, files))
  if (grant?.output === undefined) return undefined
  if (grant.output !== 'granted') throw new Problem(400, grant.output.refused)
  return Promise.all(
    files.map(async ({ name, size, sha256 }) => ({
      name,
      ...(await uploadLink(uploadKey(key, { leg, job, name }), {
        size,
        sha256,
        seconds: UPLOAD_SECONDS,
      })),
    })),
  )
}

/** Stores the result, then completes the task. Drops a result that came too late. */
export async function takeResult(claims: JobClaims, value: Result): Promise<void> {
  if (!(await current(claims))) return
  const { session, leg, job } = claims
  await putResult(session, resultId(claims), value)
  const stored = await changeWorker(keyOf(claims), (worker) =>
    storeLegResult(worker, leg, job, {
      result: resultId(claims),
      activity: value.activity,
      transcript: value.transcriptSaved ? jobId(job) : undefined,
      artifacts: value.artifacts,
      at: new Date().toISOString(),
    }),
  )
  if (stored?.output !== undefined) await completeTask(stored.output).catch(() => false)
}
