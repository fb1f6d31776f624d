/** The callback for the conductor, whose job is in the session item. */

import { getBodies, putResult } from '../../src/adapters/bodies.ts'
import { env } from '../../src/adapters/environment.ts'
import { readLink } from '../../src/adapters/objects.ts'
import { changeSession, readSession } from '../../src/adapters/sessions.ts'
import { completeTask, sendHeartbeat } from '../../src/adapters/step-functions.ts'
import { readWorker } from '../../src/adapters/workers.ts'
import { turnReplySchema } from '../../src/commands/turn-reply.ts'
import type { Job, JobRequest, Result } from '../../src/contract/runner.ts'
import { artifactsOfLeg, uploadKey } from '../../src/core/artifacts.ts'
import { networkNote } from '../../src/core/egress.ts'
import type { JobClaims } from '../../src/core/job-token.ts'
import { TURN_SECONDS } from '../../src/core/limits.ts'
import type { Body } from '../../src/core/message.ts'
import { turnPrompt, withNotes } from '../../src/core/prompt.ts'
import { conductorPrompt } from '../../src/core/prompts/conductor.ts'
import type { Session } from '../../src/core/session.ts'
import { isCurrentJob, storeResult } from '../../src/protocol/job.ts'
import { noteTurnTrouble } from '../../src/protocol/note-trouble.ts'
import { questionsBeside } from '../../src/protocol/own-words.ts'
import { attachments, DOWNLOAD_SECONDS } from './attachments.ts'
import { commonJob } from './common-job.ts'
import { forgottenHistory } from './forgotten-history.ts'
import { noteModelTrouble } from './model-trouble.ts'

/** The id of a job's result and of its transcript. */
const jobId = (job: number) => `j${job}`

/** Returns the job, or undefined if it is no longer the current one. */
export async function handOut(
  claims: JobClaims,
  { memoryLost = false, saveHeaders }: JobRequest,
): Promise<Job | undefined> {
  const { session: id, job } = claims
  const session = await readSession(id)
  if (!session?.turn || !isCurrentJob(session, job)) return undefined
  const { turn, conductor } = session
  const [bodies, forgotten] = await Promise.all([
    getBodies(id, turn.messages),
    forgottenHistory(session, { memoryLost }),
  ])
  return {
    role: 'conductor',
    prompt: turnPrompt(bodies, {
      again: turn.again,
      problems: turn.problems,
      filesLost: conductor.filesLost,
      forgotten,
      questions: questionsBeside(session, turn.messages),
    }),
    systemPrompt: withNotes(conductorPrompt, [
      networkNote('Your sandbox', 'conductorEgress', env('CONDUCTOR_EGRESS')),
      networkNote('The sandbox of each worker', 'workerEgress', env('WORKER_EGRESS')),
    ]),
    schema: turnReplySchema,
    files: bodies.flatMap((body) =>
      body.from === 'worker'
        ? [{ path: `workers/${body.workerId}/report-${body.leg}.md`, content: body.text }]
        : [],
    ),
    downloads: [
      ...(await Promise.all(bodies.map((body) => artifactsWith(id, body)))).flat(),
      ...(await attachments(session)),
    ],
    ...(await commonJob({
      claims,
      cliSession: conductor.cliSession,
      folder: `transcripts/${id}/conductor`,
      from: memoryLost ? undefined : conductor.transcript,
      to: jobId(job),
      seconds: TURN_SECONDS,
      saveHeaders,
      modelName: env('MODEL_NAME'),
    })),
  }
}

/** Returns links to the artifacts that were handed over with a report. */
async function artifactsWith(
  sessionId: string,
  body: Body,
): Promise<NonNullable<Job['downloads']>> {
  const worker = body.from === 'worker' && (await readWorker(sessionId, body.workerId))
  if (!worker) return []
  return Promise.all(
    artifactsOfLeg(worker, body.leg).map(async (upload) => ({
      path: `workers/${worker.workerId}/artifacts/${upload.name}`,
      url: await readLink(uploadKey(worker, upload), DOWNLOAD_SECONDS),
      size: upload.size,
    })),
  )
}

/** Returns whether the job is still the current one. */
export async function takeHeartbeat(claims: JobClaims): Promise<boolean> {
  const { session: id, job } = claims
  const session = await readSession(id)
  const token = session && isCurrentJob(session, job) ? session.turn?.token : undefined
  if (token === undefined) return false
  await Promise.all([sendHeartbeat(token), session && noteTrouble(session, claims)])
  return true
}

/** Says in the history, once a turn, that the model does not answer. */
async function noteTrouble(session: Session, claims: JobClaims): Promise<void> {
  if (session.turn?.noted) return
  await noteModelTrouble(claims, {}, (current, notice) =>
    noteTurnTrouble(current, claims.job, notice),
  )
}

/**
 * Stores the result, then completes the task. Drops a result that came too late. If the task cannot be completed, the
 * runner sends the result again; and if that never works, the heartbeat times out and the next start finds the result.
 */
export async function takeResult({ session: id, job }: JobClaims, value: Result): Promise<void> {
  const session = await readSession(id)
  if (session?.turn?.job !== job) return
  await putResult(id, jobId(job), value)
  const stored = await changeSession(session, (current) => storeResult(current, job, jobId(job)))
  if (stored?.output !== undefined) await completeTask(stored.output)
}
