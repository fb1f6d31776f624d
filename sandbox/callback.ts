/** The runner's client of the callback: fetches the job, sends heartbeats and the result. */
import * as z from 'zod'
import type { Artifact } from '../src/contract/artifact-rules.ts'
import {
  type Heartbeat,
  type Job,
  type JobRequest,
  job,
  type LaunchEnv,
  type Result,
  type UploadLink,
  uploads,
} from '../src/contract/runner.ts'
import { type HttpResponse, jsonOf } from './exchange.ts'
import { type Persistence, request } from './retry.ts'

const FETCH_FOR = 120_000
const UPLOADS_FOR = 60_000
const RESULT_FOR = 300_000

type Launch = Pick<LaunchEnv, 'BATON_CALLBACK' | 'BATON_JOB_TOKEN'>

export type Callback = {
  /**
   * Returns the job, or undefined if it is no longer the current one. Throws if it is refused or there is no response
   * for 2 min.
   */
  fetchJob(request?: JobRequest): Promise<Job | undefined>
  /** Sends one heartbeat, without retries. The next one repeats what was missed. */
  beat(activity: Heartbeat['activity']): Promise<'sent' | 'superseded' | 'missed'>
  /**
   * Returns links to upload these files, or why there are none; undefined if the job is no longer current. Throws if
   * there is no response for 1 min.
   */
  askForUploads(
    artifacts: readonly Artifact[],
  ): Promise<{ links: readonly UploadLink[] } | { refused: string } | undefined>
  /**
   * Sends the result until it is accepted, for at most 5 min. Stops at 403 or 409, because then nobody waits for it.
   * Throws if it is not accepted.
   */
  sendResult(result: Result): Promise<void>
}

/** The callback's error format. */
const problem = z.object({ detail: z.string().default('') }).catch({ detail: '' })

/** Returns a client. `signal` aborts its requests. */
export function connect(launch: Launch, signal: AbortSignal): Callback {
  const base = launch.BATON_CALLBACK.replace(/\/$/, '')
  const post = (path: string, body: unknown, persistence: Omit<Persistence, 'signal'>) =>
    request(
      `${base}/${path}`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${launch.BATON_JOB_TOKEN}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      },
      { ...persistence, signal },
    )

  return {
    async fetchJob(request = {}) {
      const answer = await post('job', { ...request, saveHeaders: true }, { forMs: FETCH_FOR })
      if (answer.status === 409) return undefined
      if (!answer.ok) throw new Error(`the callback refused to send the job: HTTP ${answer.status}`)
      return job.parse(jsonOf(answer))
    },

    async beat(activity) {
      try {
        const answer = await post('heartbeat', { activity }, { forMs: 0 })
        if (answer.status === 409) return 'superseded'
        return answer.ok ? 'sent' : 'missed'
      } catch {
        return 'missed'
      }
    },

    async askForUploads(artifacts) {
      const answer = await post('artifacts', artifacts, { forMs: UPLOADS_FOR })
      if (answer.status === 409) return undefined
      if (answer.ok) return uploads.parse(jsonOf(answer))
      const { detail } = problem.parse(jsonOrNothing(answer))
      return { refused: `the callback responded with HTTP ${answer.status}. ${detail}`.trim() }
    },

    async sendResult(result) {
      const settles = ({ status }: HttpResponse) => [204, 403, 409].includes(status)
      const answer = await post('result', result, { forMs: RESULT_FOR, settles })
      if (answer.status !== 204)
        throw new Error(`the callback refused the result: HTTP ${answer.status}`)
    },
  }
}

function jsonOrNothing(answer: HttpResponse): unknown {
  try {
    return jsonOf(answer)
  } catch {
    return undefined
  }
}
