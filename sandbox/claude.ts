/** Starts Claude Code for a job: its arguments, its environment, its streams. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Job } from '../src/contract/runner.ts'

/** What Claude Code, and so every command of the model, gets to see of the runner's environment: not the job token. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LANG', 'TERM', 'TMPDIR', 'E2B_SANDBOX_ID', 'BATON_JOB']

const SWITCHES = {
  /** A second result, after a background task has woken the model again, would come after the job is over. */
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
  /** Otherwise `@path` in a prompt reads that file into the request. */
  CLAUDE_CODE_DISABLE_ATTACHMENTS: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
}

/** The environment of Claude Code, from the runner's own by allow-list. */
function claudeEnvironment(model: Job['model'], own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passed = PASSED_ON.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]]))
  return {
    ...Object.fromEntries(passed),
    ...SWITCHES,
    // Claude Code refuses to skip permissions as root unless it is told that it is in a sandbox.
    ...(process.getuid?.() === 0 && { IS_SANDBOX: '1' }),
    ANTHROPIC_BASE_URL: model.baseUrl,
    ANTHROPIC_API_KEY: model.apiKey,
    // For what it asks of a smaller model beside the job: who names a model may not have its default one.
    ...(model.name && { ANTHROPIC_DEFAULT_HAIKU_MODEL: model.name }),
  }
}

/** The arguments of Claude Code; the system prompt is in a file, for an argument holds at most 128 KiB. */
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
      'the prompt begins with "/": Claude Code would take it for a command of its own',
    )
  const claude = spawn('claude', claudeArguments(job, systemPromptFile), {
    cwd: home,
    env: claudeEnvironment(job.model, process.env),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // It may end without having read all of it; its exit says why.
  claude.stdin.on('error', () => {})
  claude.stdin.end(job.prompt)
  return claude
}
