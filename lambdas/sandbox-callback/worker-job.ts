/** The callback for a worker, whose job is in the worker item. */

import { putResult } from '../../src/adapters/bodies.ts'
import { env } from '../../src/adapters/environment.ts'
import { uploadLink } from '../../src/adapters/objects.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import { completeTask, sendHeartbeat } from '../../src/adapters/step-functions.ts'
import { changeWorker, readWorker } from '../../src/adapters/workers.ts'
import type { Artifact } from '../../src/contract/artifact-rules.ts'
import { workerReportSchema } from '../../src/contract/review.ts'
import type { Job, JobRequest, Result, UploadLink } from '../../src/contract/runner.ts'
import { grantUploads, uploadKey } from '../../src/core/artifacts.ts'
import { networkNote } from '../../src/core/egress.ts'
import type { JobClaims } from '../../src/core/job-token.ts'
import { isCurrentLegJob, mayReport, noteActivity, storeLegResult } from '../../src/core/leg.ts'
import { legPrompt, withNotes } from '../../src/core/prompt.ts'
import { workerPrompt } from '../../src/core/prompts/worker.ts'
import { verifiedLeg } from '../../src/core/verification.ts'
import { currentLeg, transcriptOf, type Worker } from '../../src/core/worker.ts'
import { Problem } from '../../src/http/problem.ts'
import { noteLegTrouble } from '../../src/protocol/note-trouble.ts'
import { attachments } from './attachments.ts'
import { commonJob } from './common-job.ts'
import { noteModelTrouble } from './model-trouble.ts'
import { verifierJob } from './verifier-job.ts'

const keyOf = ({ session: sessionId, worker: workerId = '' }: JobClaims) => ({
  sessionId,
  workerId,
})

const resultId = ({ worker, job }: JobClaims) => `${worker}.${transcriptOf(job)}`

async function current(claims: JobClaims): Promise<Worker | undefined> {
  const { sessionId, workerId } = keyOf(claims)
  const worker = await readWorker(sessionId, workerId)
  return worker && isCurrentLegJob(worker, claims.leg, claims.job) ? worker : undefined
}

/** Returns the job, or undefined if it is no longer the current one. */
export async function handOut(
  claims: JobClaims,
  { memoryLost = false, saveHeaders }: JobRequest,
): Promise<Job | undefined> {
  const worker = await current(claims)
  if (!worker) return undefined
  const { cliSession, transcript, sessionId, workerId, verifies } = worker
  const session = await readSession(sessionId)
  const attached = session ? await attachments(session) : []
  const own = verifies
    ? await verifierJob(sessionId, verifies)
    : {
        prompt: legPrompt(worker, currentLeg(worker), { memoryLost }),
        systemPrompt: workerPrompt,
        schema: workerReportSchema,
        downloads: [],
      }
  if (!own) return undefined
  return {
    role: 'worker',
    files: [],
    ...own,
    systemPrompt: withNotes(own.systemPrompt, [
      networkNote('Your sandbox', 'workerEgress', env('WORKER_EGRESS')),
    ]),
    downloads: [...own.downloads, ...attached],
    ...(await commonJob({
      claims,
      cliSession,
      folder: `transcripts/${sessionId}/${workerId}`,
      from: memoryLost ? undefined : transcript,
      to: transcriptOf(claims.job),
      seconds: currentLeg(worker).seconds,
      saveHeaders,
      modelName: (verifies && env('VERIFIER_MODEL')) ?? env('MODEL_NAME'),
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
  if (!worker || token === undefined) return false
  const at = new Date().toISOString()
  await Promise.all([
    sendHeartbeat(token),
    activity.length > 0 &&
      changeWorker(worker, (item) => noteActivity(item, claims.leg, activity, at)),
    noteTrouble(claims),
  ])
  return true
}

/** Says in the history, once a leg, that the model does not answer this worker. */
const noteTrouble = (claims: JobClaims): Promise<void> => {
  const { workerId } = keyOf(claims)
  const leg = verifiedLeg(workerId) ?? { workerId, leg: claims.leg }
  return noteModelTrouble(claims, { who: `The model of ${workerId}` }, (session, notice) =>
    noteLegTrouble(session, leg, notice),
  )
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
  if (verifiedLeg(key.workerId)) throw new Problem(400, 'A verifier hands over no files.')
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

/** Does the same as for a conductor. */
export async function takeResult(claims: JobClaims, value: Result): Promise<void> {
  const { session, leg, job } = claims
  const { sessionId, workerId } = keyOf(claims)
  const worker = await readWorker(sessionId, workerId)
  if (!worker || !mayReport(worker, leg, job)) return
  await putResult(session, resultId(claims), value)
  const stored = await changeWorker(worker, (item) =>
    storeLegResult(item, leg, job, {
      result: resultId(claims),
      activity: value.activity,
      transcript: value.transcriptSaved ? transcriptOf(job) : undefined,
      artifacts: value.artifacts,
      at: new Date().toISOString(),
    }),
  )
  if (stored?.output !== undefined) await completeTask(stored.output)
}
