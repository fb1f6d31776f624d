/** The runner's side of the callback: fetches the job, sends heartbeats and the result. */
import * as z from 'zod'
import type { Artifact } from '../src/contract/artifact-rules.ts'
import {
  type Heartbeat,
  type Job,
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
  /** The job, or nothing when it is no longer the current one. Throws when it is refused or there is no answer for 2 min. */
  fetchJob(): Promise<Job | undefined>
  /** One attempt: what could not be told is told with the next one. */
  beat(activity: Heartbeat['activity']): Promise<'told' | 'superseded' | 'missed'>
  /** Links to upload these to, or why there are none; nothing when the job is no longer current. Throws without an answer for 1 min. */
  askForUploads(
    artifacts: readonly Artifact[],
  ): Promise<{ links: readonly UploadLink[] } | { refused: string } | undefined>
  /** Sends until it is taken, for at most 5 min; a 403 or 409 ends it, for then nobody waits for it. Throws when not taken. */
  sendResult(result: Result): Promise<void>
}

/** As the callback says what was wrong. */
const problem = z.object({ detail: z.string().default('') }).catch({ detail: '' })

/** `signal` ends whatever is being sent. */
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
    async fetchJob() {
      const answer = await post('job', {}, { forMs: FETCH_FOR })
      if (answer.status === 409) return undefined
      if (!answer.ok) throw new Error(`the callback answered the job request ${answer.status}`)
      return job.parse(jsonOf(answer))
    },

    async beat(activity) {
      try {
        const answer = await post('heartbeat', { activity }, { forMs: 0 })
        if (answer.status === 409) return 'superseded'
        return answer.ok ? 'told' : 'missed'
      } catch {
        return 'missed'
      }
    },

    async askForUploads(artifacts) {
      const answer = await post('artifacts', artifacts, { forMs: UPLOADS_FOR })
      if (answer.status === 409) return undefined
      if (answer.ok) return uploads.parse(jsonOf(answer))
      const { detail } = problem.parse(jsonOrNothing(answer))
      return { refused: `the callback answered ${answer.status}. ${detail}`.trim() }
    },

    async sendResult(result) {
      const settles = ({ status }: HttpResponse) => [204, 403, 409].includes(status)
      const answer = await post('result', result, { forMs: RESULT_FOR, settles })
      if (answer.status !== 204)
        throw new Error(`the callback answered the result ${answer.status}`)
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
