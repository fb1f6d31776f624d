/** Runs one job in a sandbox: fetches it, runs Claude Code, tells what it does, and brings the result back. */
import { once } from 'node:events'
import { realpath, writeFile } from 'node:fs/promises'
import { constants, homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Callback, connect } from './callback.ts'
import { startClaude } from './claude.ts'
import { type Job, launchEnv, type Result } from './contract.ts'
import { takeLock } from './fencing.ts'
import { layOut } from './files.ts'
import { startHeartbeat } from './heartbeat.ts'
import { type Exit, errorText, failedBefore, resultOf } from './outcome.ts'
import { endProcesses, findProcesses } from './processes.ts'
import { ClaudeStream } from './stream.ts'
import { type Transcripts, transcriptsOf } from './transcript.ts'

const LONGEST_STDERR = 10_000

/** Aborted when this job is no longer wanted: the callback said so, or the runner was told to end. */
const quit = new AbortController()
process.on('SIGTERM', () => {
  process.exitCode = 128 + constants.signals.SIGTERM
  quit.abort()
})

async function run(): Promise<void> {
  const launch = launchEnv.parse(process.env)
  const number = launch.BATON_JOB
  const home = await realpath(homedir())
  if (!(await takeLock(number, join(home, '.baton', 'jobs')))) return
  const callback = connect(launch, quit.signal)
  const job = await callback.fetchJob()
  if (!job) return
  const secrets = [launch.BATON_JOB_TOKEN, job.model.apiKey]
  await callback.sendResult(await perform(job, callback, { home, number, secrets }))
}

type Surroundings = { home: string; number: number; secrets: readonly string[] }

/** All that happens between fetching a job and sending its result. Throws only when the job is no longer wanted. */
async function perform(job: Job, callback: Callback, surroundings: Surroundings): Promise<Result> {
  const { home, secrets } = surroundings
  const heartbeat = startHeartbeat(callback.beat, {
    everySeconds: job.heartbeatSeconds,
    superseded: () => quit.abort(),
  })
  try {
    const transcripts = transcriptsOf(job, home, quit.signal)
    await transcripts.restore()
    await layOut(job.files, home)
    const stream = new ClaudeStream(heartbeat.tell)
    const { exit, timedOut } = await runClaude(job, stream, surroundings)
    quit.signal.throwIfAborted()
    const result = resultOf(stream, exit, { timedOut, secrets })
    return await saved(transcripts, result, secrets)
  } catch (error) {
    quit.signal.throwIfAborted()
    return failedBefore(error, secrets)
  } finally {
    heartbeat.stop()
  }
}

/** Runs Claude Code to its end, or ends it when its time is up or the job is no longer wanted; nothing of it is left then. */
async function runClaude(job: Job, stream: ClaudeStream, { home, number }: Surroundings) {
  const systemPromptFile = join(home, '.baton', 'system-prompt.md')
  await writeFile(systemPromptFile, job.systemPrompt)
  quit.signal.throwIfAborted()
  const timeLimit = AbortSignal.timeout(job.timeLimitSeconds * 1_000)
  const claude = startClaude(job, { home, systemPromptFile })
  const endJob = () => endProcesses(() => findProcesses((other) => other === number))
  AbortSignal.any([quit.signal, timeLimit]).addEventListener('abort', endJob)

  let timedOut = false
  const exit: Exit = { code: null, signal: null, stderr: '' }
  claude.stderr.setEncoding('utf8').on('data', (text: string) => {
    exit.stderr = (exit.stderr + text).slice(-LONGEST_STDERR)
  })
  createInterface({ input: claude.stdout }).on('line', (line) => stream.accept(line))
  claude.on('exit', (code, signal) => {
    Object.assign(exit, { code, signal })
    timedOut = timeLimit.aborted
    // What the model's commands left in the background may hold the streams open, and is not to outlive the job.
    endJob()
  })
  await once(claude, 'close')
  await endJob()
  return { exit, timedOut }
}

/** The result is worth more than the transcript: without it the conversation goes on from an earlier point. */
async function saved(transcripts: Transcripts, result: Result, secrets: readonly string[]) {
  try {
    await transcripts.save()
    return result
  } catch (error) {
    quit.signal.throwIfAborted()
    const problem = `The transcript was not saved: ${error instanceof Error ? error.message : error}`
    if (result.outcome !== 'failed') return result
    return { ...result, error: errorText(`${result.error}\n${problem}`, secrets) }
  }
}

try {
  await run()
} catch (error) {
  if (!quit.signal.aborted) {
    process.stderr.write(`baton-runner: ${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  }
}
// Connections that are kept alive would keep the runner alive too.
process.exit()
