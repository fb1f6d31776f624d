/** The callback for the conductor, whose job is in the session item. */

import { getBodies, putResult } from '../../src/adapters/bodies.ts'
import { readLink } from '../../src/adapters/objects.ts'
import { changeSession, readSession } from '../../src/adapters/sessions.ts'
import { completeTask, sendHeartbeat } from '../../src/adapters/step-functions.ts'
import { readWorker } from '../../src/adapters/workers.ts'
import { turnReplySchema } from '../../src/commands/turn-reply.ts'
import type { Job, Result } from '../../src/contract/runner.ts'
import { artifactsOfLeg, uploadKey } from '../../src/core/artifacts.ts'
import type { JobClaims } from '../../src/core/job-token.ts'
import { TURN_SECONDS } from '../../src/core/limits.ts'
import type { Body } from '../../src/core/message.ts'
import { turnPrompt } from '../../src/core/prompt.ts'
import { conductorPrompt } from '../../src/core/prompts/conductor.ts'
import { isCurrentJob, storeResult } from '../../src/protocol/job.ts'
import { attachments, DOWNLOAD_SECONDS } from './attachments.ts'
import { jobIn } from './conversation.ts'

/** The id of a job's result and of its transcript. */
const jobId = (job: number) => `j${job}`

/** Returns the job, or undefined if it is no longer the current one. */
export async function handOut(claims: JobClaims): Promise<Job | undefined> {
  const { session: id, job } = claims
  const session = await readSession(id)
  if (!session?.turn || !isCurrentJob(session, job)) return undefined
  const { turn, conductor } = session
  const bodies = await getBodies(id, turn.messages)
  return {
    role: 'conductor',
    prompt: turnPrompt(bodies, turn.again),
    systemPrompt: conductorPrompt,
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
    ...(await jobIn({
      claims,
      cliSession: conductor.cliSession,
      folder: `transcripts/${id}/conductor`,
      from: conductor.transcript,
      to: jobId(job),
      seconds: TURN_SECONDS,
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
export async function takeHeartbeat({ session: id, job }: JobClaims): Promise<boolean> {
  const session = await readSession(id)
  const token = session && isCurrentJob(session, job) ? session.turn?.token : undefined
  if (token === undefined) return false
  await sendHeartbeat(token)
  return true
}

/** Stores the result, then completes the task. Drops a result that came too late. */
export async function takeResult({ session: id, job }: JobClaims, value: Result): Promise<void> {
  const session = await readSession(id)
  if (session?.turn?.job !== job) return
  await putResult(id, jobId(job), value)
  const stored = await changeSession(id, (current) => storeResult(current, job, jobId(job)))
  // Ignore errors here: the heartbeat times out, and the next start finds the result.
  if (stored?.output !== undefined) await completeTask(stored.output).catch(() => false)
}
