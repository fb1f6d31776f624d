/** Starts Claude Code for a job: its arguments, its environment, its streams. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Job } from '../src/contract/runner.ts'
import { MARKERS } from './processes.ts'
import { UNUSABLE_TOOLS } from './unusable-tools.ts'

/** The runner's variables that Claude Code, and so every command of the model, can see. The job token is not among them. */
const PASSED_ON = [
  ...['PATH', 'HOME', 'USER', 'LANG', 'TERM', 'TMPDIR', ...MARKERS],
  // The way to the hosts that a sandbox on the operator's machine may reach. E2B's sandboxes need none.
  ...['http_proxy', 'https_proxy', 'no_proxy'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'NODE_USE_ENV_PROXY'],
]

const SWITCHES = {
  /** A background task could wake the model again and produce a second result after the job is over. */
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
  /** Otherwise `@path` in a prompt reads that file into the request. */
  CLAUDE_CODE_DISABLE_ATTACHMENTS: '1',
  /** Its memory files do not travel with the transcript, so a new sandbox would not have what the model relies on. */
  CLAUDE_CODE_DISABLE_AUTO_MEMORY: '1',
  /** Tools that are loaded on demand are listed in an attachment, so without attachments the model never hears of them. */
  ENABLE_TOOL_SEARCH: 'false',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  /** The gateway says when to try again, and when to stop; see src/core/model-trouble.ts. */
  CLAUDE_CODE_MAX_RETRIES: '5',
  /** A stream that broke off would be asked for once more as a whole, and paid once more. */
  CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: '1',
  /** The gateway reserves the price of the longest answer; the default would be four times as long. */
  CLAUDE_CODE_MAX_OUTPUT_TOKENS: '32000',
}

/** After a command was ended at its limit, the model needs time to say so. */
const REPORT_SECONDS = 60
/** A command without a limit of its own is ended after this time, because it may never end by itself. */
const DEFAULT_COMMAND_SECONDS = 10 * 60

/** Limits of a command in the foreground. By default Claude Code ends it after 10 min at most, but a leg may be longer. */
function commandLimits({ timeLimitSeconds }: Job): NodeJS.ProcessEnv {
  const longest =
    timeLimitSeconds > 2 * REPORT_SECONDS ? timeLimitSeconds - REPORT_SECONDS : timeLimitSeconds
  return {
    BASH_MAX_TIMEOUT_MS: String(longest * 1_000),
    BASH_DEFAULT_TIMEOUT_MS: String(Math.min(longest, DEFAULT_COMMAND_SECONDS) * 1_000),
  }
}

/** Returns the environment for Claude Code, from an allow list of the runner's own. */
function claudeEnvironment(job: Job, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { model } = job
  const passed = PASSED_ON.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]]))
  return {
    // A sandbox has no locale. Without UTF-8, programs garble names and texts beyond ASCII.
    LANG: 'C.UTF-8',
    ...Object.fromEntries(passed),
    ...SWITCHES,
    ...commandLimits(job),
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
    ...['--disallowed-tools', UNUSABLE_TOOLS.join(',')],
    // Servers that a file in the home folder configures, such as one of a cloned repository, are not started.
    '--strict-mcp-config',
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
    env: claudeEnvironment(job, process.env),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // Ignore errors here: if it exits before reading the whole prompt, its exit says why.
  claude.stdin.on('error', () => {})
  claude.stdin.end(job.prompt)
  return claude
}
