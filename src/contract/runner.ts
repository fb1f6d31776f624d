/** What the runner in a sandbox and the callback Lambda say to each other, over HTTPS with the job token as bearer. */
import * as z from 'zod'
import { ARTIFACT_LIMITS } from './artifact-rules.ts'

/**
 * How a runner is started: `baton-runner` with this environment, nothing on the command line.
 * `BATON_JOB` is the fencing number; it also marks every process of the job, so that a later job can end it.
 */
export const launchEnv = z.object({
  BATON_CALLBACK: z.url(),
  BATON_JOB_TOKEN: z.string().min(1),
  BATON_JOB: z.coerce.number().int().positive(),
})
export type LaunchEnv = { [Name in keyof z.infer<typeof launchEnv>]: string }

/** `POST {callback}/job`: 200 with a job; 409 when the job is no longer the current one (the runner exits). */
export const job = z.object({
  role: z.enum(['conductor', 'worker']),
  /** Goes to the CLI's standard input. Never begins with `/`. */
  prompt: z.string(),
  systemPrompt: z.string(),
  /** JSON Schema of the structured answer (`--json-schema`); only a conductor has one. */
  schema: z.record(z.string(), z.unknown()).optional(),
  /** The CLI session's UUID: `--session-id` without `resume`, `--resume` with it. */
  cliSession: z.uuid(),
  /** The transcript to start from: `key` names it among those kept in this sandbox, `url` (presigned GET) is asked when it is not there. */
  resume: z.object({ key: z.string(), url: z.url() }).optional(),
  /** Where this job's transcript goes afterwards: kept in the sandbox under `key`, and put at `url` (presigned PUT). */
  save: z.object({ key: z.string(), url: z.url() }),
  /** The CLI is ended after this many seconds and the result says `timeout`. */
  timeLimitSeconds: z.number().int().positive(),
  /** Heartbeats are sent this often, in seconds. */
  heartbeatSeconds: z.number().positive(),
  /** How the CLI reaches the model. */
  model: z.object({ baseUrl: z.url(), apiKey: z.string(), name: z.string().optional() }),
  /** Files laid out read-only below the home folder before the CLI starts (path relative, no `..`). */
  files: z.array(z.object({ path: z.string(), content: z.string() })),
  /** Likewise, fetched from `url` (presigned GET); what cannot be had is told to the CLI before its prompt. */
  downloads: z
    .array(
      z.object({
        path: z.string(),
        url: z.url(),
        size: z.number().int().min(0),
        /** It never changes: a file of this size that is there already is not fetched again. */
        unchanging: z.boolean().optional(),
      }),
    )
    .optional(),
})
export type Job = z.infer<typeof job>

/** `POST {callback}/heartbeat`: 204; 409 when the job is no longer current (the runner ends the CLI and exits). */
export const heartbeat = z.object({
  /** One line a tool call, only those since the last heartbeat, each at most 200 characters. */
  activity: z.array(z.string().max(200)).max(100),
})
export type Heartbeat = z.infer<typeof heartbeat>

/**
 * `POST {callback}/artifacts` with an `artifactList`: 200 with links for presigned PUTs, each good for that content alone
 * and with those headers; 409 when the job is no longer current; 400 when the list is refused.
 */
export const uploads = z.object({
  links: z.array(
    z.object({ name: z.string(), url: z.url(), headers: z.record(z.string(), z.string()) }),
  ),
})
export type UploadLink = z.infer<typeof uploads>['links'][number]

/** `POST {callback}/result`: 204, also for a job that is no longer current; anything else is sent again. */
export const result = z.object({
  outcome: z.enum(['done', 'failed', 'timeout']),
  /** The answer: every text block after the last tool result, in order. Cut at 200,000 characters, which it then says. */
  text: z.string(),
  /** Every text block of the whole job, in order (a command may stand before a tool call). Cut likewise. */
  allText: z.string(),
  /** `structured_output` of the CLI, as it is; checked by the reader. */
  structured: z.unknown().optional(),
  /** Why it failed, for a person to read: exit code, API error, the end of stderr. */
  error: z.string().optional(),
  /** One line a tool call, the last 200. */
  activity: z.array(z.string().max(200)).max(200),
  /** The job's transcript is at `save.url`: a later job may start from it. */
  transcriptSaved: z.boolean().optional(),
  /** Names of the artifacts that were uploaded. */
  artifacts: z.array(z.string()).max(ARTIFACT_LIMITS.files).optional(),
  /** What lies in ~/artifacts and was not, and why; a line each. */
  refusedArtifacts: z.array(z.string().max(500)).max(51).optional(),
  usage: z
    .object({
      inputTokens: z.number(),
      outputTokens: z.number(),
      cacheReadTokens: z.number(),
      cacheWriteTokens: z.number(),
    })
    .optional(),
})
export type Result = z.infer<typeof result>
