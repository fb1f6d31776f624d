/** Runs `baton` as a script does, without a terminal. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'vitest'

export const BIN = path.resolve(import.meta.dirname, '../../bin/baton.ts')

export interface CliRun {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly input?: string
  /** `bin/baton.ts` of another checkout. */
  readonly bin?: string
}

/** Returns its exit status and what it printed. No error may be a stack trace. */
export async function runCli(
  words: readonly string[],
  { env, cwd, input = '', bin = BIN }: CliRun,
) {
  const { PATH, TMPDIR } = process.env
  const child = spawn(process.execPath, [bin, ...words], { cwd, env: { PATH, TMPDIR, ...env } })
  child.stdin.end(input)
  const [out, err, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  expect(out + err).not.toMatch(/^\s+at .+:\d+:\d+/m)
  const lines = () => out.trim().split('\n')
  return { status, out, err, events: () => lines().map((line) => JSON.parse(line)) }
}
