/** Starts Claude Code for a job: its arguments, its environment, its streams. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Job } from '../src/contract/runner.ts'

/** The runner's variables that Claude Code, and so every command of the model, can see. The job token is not among them. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LANG', 'TERM', 'TMPDIR', 'E2B_SANDBOX_ID', 'BATON_JOB']

const SWITCHES = {
  /** A background task could wake the model again and produce a second result after the job is over. */
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
  /** Otherwise `@path` in a prompt reads that file into the request. */
  CLAUDE_CODE_DISABLE_ATTACHMENTS: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
}

/** Returns the environment for Claude Code, from an allow list of the runner's own. */
function claudeEnvironment(model: Job['model'], own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passed = PASSED_ON.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]]))
  return {
    ...Object.fromEntries(passed),
    ...SWITCHES,
    // As root, Claude Code skips permissions only if it knows that it is in a sandbox.
    ...(process.getuid?.() === 0 && { IS_SANDBOX: '1' }),
    ANTHROPIC_BASE_URL: model.baseUrl,
    ANTHROPIC_API_KEY: model.apiKey,
    // It uses a smaller model for side tasks. With a named model, the default small one may not be available.
    ...(model.name && { ANTHROPIC_DEFAULT_HAIKU_MODEL: model.name }),
  }
}

/** Returns the arguments for Claude Code. The system prompt is in a file, because an argument holds at most 128 KiB. */
function claudeArguments(job: Job, systemPromptFile: string): string[] {
  return [
    '-p',
    ...['--output-format', 'stream-json', '--verbose'],
    '--dangerously-skip-permissions',
    ...[job.resume ? '--resume' : '--session-id', job.cliSession],
    ...['--append-system-prompt-file', systemPromptFile],
    // Otherwise a resumed session keeps the system prompt it began with.
    ...['--system-prompt-snapshot', 'off'],
    ...(job.schema ? ['--json-schema', JSON.stringify(job.schema)] : []),
    ...(job.model.name ? ['--model', job.model.name] : []),
  ]
}

/** Starts Claude Code in `home`, in a process group of its own, with the prompt on its standard input. */
export function startClaude(
  job: Job,
  { home, systemPromptFile }: { home: string; systemPromptFile: string },
): ChildProcessByStdio<Writable, Readable, Readable> {
  if (job.prompt.trimStart().startsWith('/'))
    throw new Error(
      'the prompt begins with "/": Claude Code would read it as one of its own commands',
    )
  const claude = spawn('claude', claudeArguments(job, systemPromptFile), {
    cwd: home,
    env: claudeEnvironment(job.model, process.env),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // Ignore errors here: if it exits before reading the whole prompt, its exit says why.
  claude.stdin.on('error', () => {})
  claude.stdin.end(job.prompt)
  return claude
}
