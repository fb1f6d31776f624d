/** Runs one job in a sandbox: fetches it, runs Claude Code, reports activity, and sends the result. */
import { once } from 'node:events'
import { realpath, writeFile } from 'node:fs/promises'
import { constants, homedir } from 'node:os'
import { join } from 'node:path'
import { ZodError } from 'zod'
import { type Job, launchEnv, type Result } from '../src/contract/runner.ts'
import { type Callback, connect } from './callback.ts'
import { startClaude } from './claude.ts'
import { fetchFiles } from './downloads.ts'
import { messageOf } from './failure.ts'
import { type Lock, takeLock } from './fencing.ts'
import { layOut } from './files.ts'
import { handOver } from './hand-over.ts'
import { startHeartbeat } from './heartbeat.ts'
import { eachLine } from './lines.ts'
import { type Exit, failedBefore, resultOf } from './outcome.ts'
import { endOwnProcesses } from './processes.ts'
import { redactor } from './redact.ts'
import { ClaudeStream } from './stream.ts'
import { type Transcripts, transcriptsOf } from './transcript.ts'
import { ConversationDeleted } from './upload.ts'

const LONGEST_STDERR = 10_000

/** Aborted if this job is no longer wanted: the callback or an upload says so, or the runner gets SIGTERM. */
const quit = new AbortController()
process.on('SIGTERM', () => {
  process.exitCode = 128 + constants.signals.SIGTERM
  quit.abort()
})

async function run(): Promise<void> {
  const launch = launchEnv.parse(process.env)
  const home = await realpath(homedir())
  const lock = await takeLock(launch.BATON_JOB, join(home, '.baton', 'jobs'))
  if (!lock) return
  const callback = connect(launch, quit.signal)
  const job = await fetchJob(callback, lock)
  if (!job) return
  const redact = redactor([launch.BATON_JOB_TOKEN, job.model.apiKey])
  await callback.sendResult(await perform(job, callback, { home, redact }))
}

/** Returns the job, or undefined if there is none. Either way, lower jobs have ended then. */
async function fetchJob(callback: Callback, lock: Lock): Promise<Job | undefined> {
  const alone = lock.endLower()
  try {
    return await callback.fetchJob().finally(() => alone)
  } catch (error) {
    // The runner and the control plane have different versions. Report it, because a missing heartbeat would not explain it.
    if (error instanceof ZodError)
      await callback.sendResult(
        failedBefore(`The runner does not understand the job: ${messageOf(error)}`),
      )
    throw error
  }
}

type Surroundings = { home: string; redact: (text: string) => string }

/** Performs a job and returns its result. Throws only if the job is no longer wanted. */
async function perform(job: Job, callback: Callback, surroundings: Surroundings): Promise<Result> {
  const { home, redact } = surroundings
  const heartbeat = startHeartbeat(callback.beat, {
    everySeconds: job.heartbeatSeconds,
    superseded: () => quit.abort(),
  })
  try {
    const transcripts = transcriptsOf(job, surroundings, quit.signal)
    const memoryLost = !(await transcripts.restore())
    const known = memoryLost ? await withoutMemory(job, callback) : job
    await layOut(job.files, home)
    const missing = await fetchFiles(job.downloads ?? [], home, quit.signal)
    const stream = new ClaudeStream(heartbeat.report)
    const complete = withoutFiles(missing, known)
    const exit = await runClaude(complete, stream, surroundings)
    quit.signal.throwIfAborted()
    const result: Result = {
      ...resultOf(stream, exit),
      ...(memoryLost && { memoryLost }),
      ...(await artifactsOf(job, callback, home)),
    }
    return await saved(transcripts, complete.prompt, result)
  } catch (error) {
    quit.signal.throwIfAborted()
    return failedBefore(redact(messageOf(error)))
  } finally {
    heartbeat.stop()
  }
}

/** Runs Claude Code until it ends, its time is up, or the job is no longer wanted. None of its processes are left then. */
async function runClaude(job: Job, stream: ClaudeStream, { home, redact }: Surroundings) {
  const systemPromptFile = join(home, '.baton', 'system-prompt.md')
  await writeFile(systemPromptFile, job.systemPrompt)
  quit.signal.throwIfAborted()
  const timeLimit = AbortSignal.timeout(job.timeLimitSeconds * 1_000)
  const claude = startClaude(job, { home, systemPromptFile })
  AbortSignal.any([quit.signal, timeLimit]).addEventListener('abort', endOwnProcesses)

  const exit: Exit = { code: null, signal: null, timedOut: false, stderr: '' }
  eachLine(claude.stdout, (line) => stream.accept(redact(line)))
  claude.stderr.setEncoding('utf8').on('data', (text: string) => {
    exit.stderr = (exit.stderr + text).slice(-LONGEST_STDERR)
  })
  let alone: Promise<void> | undefined
  claude.on('exit', (code, signal) => {
    Object.assign(exit, { code, signal, timedOut: timeLimit.aborted })
    // Background processes of the model's commands may hold the streams open, and must not outlive the job.
    alone = endOwnProcesses()
  })
  await once(claude, 'close')
  await alone
  return { ...exit, stderr: redact(exit.stderr) }
}

/**
 * Starts a new conversation and tells the model so, because otherwise the job could never run. The callback gives the job
 * once more, with what the model would have remembered.
 */
async function withoutMemory(job: Job, callback: Callback): Promise<Job> {
  const again = await callback.fetchJob({ memoryLost: true })
  if (!again) quit.abort()
  quit.signal.throwIfAborted()
  const { resume: _, ...told } = again ?? job
  return withNotice(
    'The earlier conversation could not be restored, so you do not remember it. Say so where it matters.',
    told,
  )
}

function withoutFiles(missing: readonly string[], job: Job): Job {
  if (missing.length === 0) return job
  return withNotice(['These files could not be fetched:', ...missing].join('\n- '), job)
}

const withNotice = (notice: string, job: Job): Job => ({
  ...job,
  prompt: `${notice}\n\n${job.prompt}`,
})

/** Hands over a worker's artifacts. A conductor has none. */
async function artifactsOf({ role }: Job, callback: Callback, home: string) {
  if (role !== 'worker') return {}
  const handedOver = await handOver(home, callback, quit.signal)
  if (!handedOver) quit.abort()
  quit.signal.throwIfAborted()
  return handedOver
}

/**
 * Saves the transcript of a job with this prompt. If that fails, returns the result all the same, with the problem; the
 * next job then starts from an earlier transcript.
 */
async function saved(transcripts: Transcripts, prompt: string, result: Result): Promise<Result> {
  try {
    await transcripts.save(prompt)
    return { ...result, transcriptSaved: true }
  } catch (error) {
    if (error instanceof ConversationDeleted) quit.abort()
    quit.signal.throwIfAborted()
    const transcriptProblem = messageOf(error).slice(0, 500).toWellFormed()
    return { ...result, transcriptSaved: false, transcriptProblem }
  }
}

run()
  .catch((error) => {
    if (quit.signal.aborted) return
    process.stderr.write(`baton-runner: ${messageOf(error)}\n`)
    process.exitCode = 1
  })
  // Exit explicitly, because open keep-alive connections would keep the runner running.
  .finally(() => process.exit())
