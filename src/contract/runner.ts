/** The protocol between the runner in a sandbox and sandbox-callback: HTTPS with the job token as bearer token. */
import * as z from 'zod'
import { ARTIFACT_LIMITS } from './artifact-rules.ts'

/**
 * The environment of `baton-runner`, which has no arguments. `BATON_JOB` is the fencing number. It also marks every
 * process of the job, so that a later job can end it. `BATON_SANDBOX` is the sandbox's id, because E2B's own variable
 * has the template's value at first. Control planes of earlier versions do not send it.
 */
export const launchEnv = z.object({
  BATON_CALLBACK: z.url(),
  BATON_JOB_TOKEN: z.string().min(1),
  BATON_JOB: z.coerce.number().int().positive(),
  BATON_SANDBOX: z.string().optional(),
})
export type LaunchEnv = Record<keyof z.infer<typeof launchEnv>, string>

/** `POST {callback}/job` with a `jobRequest`: 200 with a `job`, or 409 if it is no longer the current one (the runner exits). */
export const jobRequest = z.object({
  /**
   * The transcript to start from no longer exists. The runner asks once more, for a job without `resume`: its prompt has
   * what the transcript would have had.
   */
  memoryLost: z.boolean().optional(),
  /** The runner sends the headers of `save`. Runners of earlier templates do not. */
  saveHeaders: z.boolean().optional(),
})
export type JobRequest = z.infer<typeof jobRequest>

export const job = z.object({
  role: z.enum(['conductor', 'worker']),
  /** Goes to the CLI's standard input. Never begins with `/`. */
  prompt: z.string(),
  systemPrompt: z.string(),
  /** JSON schema of the structured output (`--json-schema`). */
  schema: z.record(z.string(), z.unknown()).optional(),
  /** The CLI session's UUID: `--session-id` without `resume`, `--resume` with it. */
  cliSession: z.uuid(),
  /**
   * The transcript to start from. `key` is its name in this sandbox; if it is not there, it is fetched from `url`
   * (presigned GET).
   */
  resume: z.object({ key: z.string(), url: z.url() }).optional(),
  /**
   * Where this job's transcript is saved: in the sandbox under `key`, and at `url` (presigned PUT) with `headers`.
   * Control planes of earlier versions send no headers.
   */
  save: z.object({
    key: z.string(),
    url: z.url(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  /** After this many seconds the CLI is ended and the result is `timeout`. */
  timeLimitSeconds: z.number().int().positive(),
  /** Heartbeats are sent this often, in seconds. */
  heartbeatSeconds: z.number().positive(),
  /** How the CLI reaches the model. */
  model: z.object({ baseUrl: z.url(), apiKey: z.string(), name: z.string().optional() }),
  /** Files to write, read-only, below the home folder before the CLI starts (relative paths, no `..`). */
  files: z.array(z.object({ path: z.string(), content: z.string() })),
  /**
   * Files to fetch from `url` (presigned GET) and write like `files`. The CLI's prompt names those that could not be
   * fetched.
   */
  downloads: z
    .array(
      z.object({
        path: z.string(),
        url: z.url(),
        size: z.number().int().min(0),
        /** The content never changes, so an existing file of this size is not fetched again. */
        unchanging: z.boolean().optional(),
      }),
    )
    .optional(),
})
export type Job = z.infer<typeof job>

/** `POST {callback}/heartbeat`: 204, or 409 if the job is no longer current (the runner ends the CLI and exits). */
export const heartbeat = z.object({
  /** One line a tool call since the last heartbeat, each at most 200 characters. */
  activity: z.array(z.string().max(200)).max(100),
})
export type Heartbeat = z.infer<typeof heartbeat>

/**
 * `POST {callback}/artifacts` with an `artifactList`: 200 with presigned PUT links, each valid only for that content and
 * with those headers; 409 if the job is no longer current; 400 if the list is refused.
 */
export const uploads = z.object({
  links: z.array(
    z.object({ name: z.string(), url: z.url(), headers: z.record(z.string(), z.string()) }),
  ),
})
export type UploadLink = z.infer<typeof uploads>['links'][number]

/**
 * `POST {callback}/result`: 204, also for a job that is no longer current. After any other response, the runner tries
 * again.
 */
export const result = z.object({
  outcome: z.enum(['done', 'failed', 'timeout']),
  /**
   * The end of the last answer: every text block after the last tool result, in order. Cut at 200,000 characters, with a
   * note that says so.
   */
  text: z.string(),
  /**
   * Every text block of the last answer, in order, because a command may precede a tool call. Cut in the same way. A job
   * has several answers if the CLI asks again by itself.
   */
  allText: z.string(),
  /** The CLI's `structured_output`, not checked yet. */
  structured: z.unknown().optional(),
  /** Why it failed, for people: exit code, API error, the end of stderr. */
  error: z.string().optional(),
  /** One line a tool call, the last 200. */
  activity: z.array(z.string().max(200)).max(200),
  /** The transcript was saved at `save.url`, so a later job may start from it. */
  transcriptSaved: z.boolean().optional(),
  /** Why the transcript was not saved. A later job starts from an earlier one and does not remember this job. */
  transcriptProblem: z.string().max(500).optional(),
  /** The job was done without the transcript that it should have started from. */
  memoryLost: z.literal(true).optional(),
  /** Names of the artifacts that were uploaded. */
  artifacts: z.array(z.string()).max(ARTIFACT_LIMITS.files).optional(),
  /** What is in ~/artifacts but was not uploaded, and why; one line each. */
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
