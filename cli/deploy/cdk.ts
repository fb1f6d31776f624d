/** The CDK's command line, as pinned in package.json, in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { CliError } from '../errors.ts'
import { ROOT } from '../target.ts'

const BIN = path.join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk')

/** So many of its last lines say why it failed. */
const LAST_LINES = 15

/**
 * Runs a command of the CDK in this checkout. `onLine` hears each line that it prints. Throws a CliError with its last lines
 * if it fails.
 */
export async function runCdk(
  words: readonly string[],
  onLine: (line: string) => void = () => {},
): Promise<void> {
  // A folder of its own: only one command of the CDK at a time may use the same one, and stages are deployed side by side.
  const output = mkdtempSync(path.join(tmpdir(), 'baton-cdk-'))
  try {
    await runInto(output, words, onLine)
  } finally {
    rmSync(output, { recursive: true, force: true })
  }
}

async function runInto(
  output: string,
  words: readonly string[],
  onLine: (line: string) => void,
): Promise<void> {
  const always = ['--output', output, '--no-notices', '--no-color']
  const child = spawn(process.execPath, [BIN, ...words, ...always], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      onLine(line)
    })
  const [status] = await once(child, 'close')
  if (status === 0) return
  const why = lines.filter((line) => line.trim() !== '' && !/^\s+at /.test(line)).slice(-LAST_LINES)
  throw new CliError(`cdk ${words[0]} failed:\n${why.join('\n')}`, {
    cure: 'Nothing of the stack was changed. Correct what it says, and run the command again.',
  })
}
