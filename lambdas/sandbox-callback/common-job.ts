/** The common part of a conductor's and a worker's job: model gateway, limits and transcript. */

import { env } from '../../src/adapters/environment.ts'
import { createLink, readLink, writeLink } from '../../src/adapters/objects.ts'
import { secret } from '../../src/adapters/secrets.ts'
import type { Job } from '../../src/contract/runner.ts'
import { type JobClaims, signJobToken } from '../../src/core/job-token.ts'
import { HEARTBEAT_SECONDS } from '../../src/core/limits.ts'

/** Links work a little longer than the job may take. */
const LINK_MARGIN_SECONDS = 10 * 60

interface JobContext {
  readonly claims: JobClaims
  readonly cliSession: string
  /** The folder of its transcripts in the bucket. */
  readonly folder: string
  /** The transcript to start from. */
  readonly from: string | undefined
  /** The transcript that this job saves. */
  readonly to: string
  readonly seconds: number
  /** Whether the runner sends the headers of `save`. */
  readonly saveHeaders: boolean | undefined
  /** Absent for the CLI's default. */
  readonly modelName: string | undefined
}

export async function commonJob({
  claims,
  cliSession,
  folder,
  from,
  to,
  seconds,
  saveHeaders,
  modelName,
}: JobContext): Promise<
  Pick<Job, 'cliSession' | 'resume' | 'save' | 'model' | 'timeLimitSeconds' | 'heartbeatSeconds'>
> {
  const lifetime = seconds + LINK_MARGIN_SECONDS
  const object = (key: string) => `${folder}/${key}.jsonl`
  return {
    cliSession,
    ...(from !== undefined && {
      resume: { key: from, url: await readLink(object(from), lifetime) },
    }),
    save: {
      key: to,
      ...(saveHeaders
        ? await createLink(object(to), lifetime)
        : { url: await writeLink(object(to), lifetime) }),
    },
    model: {
      baseUrl: env('GATEWAY_URL').replace(/\/$/, ''),
      // Every command of the model can see this key, so it only opens the gateway, and only during the job.
      apiKey: signJobToken({ ...claims, use: 'model' }, await secret('JOB_KEY_SECRET')),
      ...(modelName !== undefined && { name: modelName }),
    },
    timeLimitSeconds: seconds,
    heartbeatSeconds: HEARTBEAT_SECONDS,
  }
}
