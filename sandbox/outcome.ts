/** Makes a job's result from Claude Code's output: done, failed (and why), or timed out. */
import type { Result } from '../src/contract/runner.ts'
import type { ClaudeStream } from './stream.ts'

const LONGEST_TEXT = 200_000
const LONGEST_ERROR = 2_000
const SHOWN_ACTIVITY = 200
const SHOWN_STDERR_LINES = 10

export type Exit = {
  code: number | null
  signal: NodeJS.Signals | null
  /** Whether it was ended because its time was up. */
  timedOut: boolean
  stderr: string
}

/** Returns the result of a run. Only the exit code and `is_error` decide whether it failed. */
export function resultOf(stream: ClaudeStream, exit: Exit): Result {
  const failed = exit.code !== 0 || !stream.result || stream.result.is_error
  const outcome = exit.timedOut ? 'timeout' : failed ? 'failed' : 'done'
  const { usage, result } = stream
  return {
    outcome,
    text: cut(stream.answer.join('\n\n'), LONGEST_TEXT),
    allText: cut(stream.texts.join('\n\n'), LONGEST_TEXT),
    ...(result?.structured_output !== undefined && { structured: result.structured_output }),
    ...(outcome === 'failed' && { error: errorText(whyFailed(stream, exit)) }),
    activity: stream.activity.slice(-SHOWN_ACTIVITY),
    ...(usage && { usage }),
  }
}

/** Returns the result of a job that failed before Claude Code ran. */
export function failedBefore(problem: string): Result {
  return { outcome: 'failed', text: '', allText: '', error: errorText(problem), activity: [] }
}

/** Cuts an error to 2,000 characters. */
const errorText = (text: string) => cut(text, LONGEST_ERROR)

function whyFailed({ result }: ClaudeStream, { code, signal, stderr }: Exit): string {
  const ending = signal ? `ended by ${signal}` : `ended with exit code ${code}`
  const reported = result?.is_error ? [result.result ?? '', ...(result.errors ?? [])] : []
  const lines = [
    `Claude Code ${ending}${result ? '' : ', without a result'}.`,
    ...reported,
    ...stderr.trim().split('\n').slice(-SHOWN_STDERR_LINES),
  ]
  return lines.filter((line) => line !== '').join('\n')
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text
  const remark = `\n[cut at ${longest.toLocaleString('en')} characters]`
  return text.slice(0, longest - remark.length).toWellFormed() + remark
}
