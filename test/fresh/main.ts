/**
 * `npm run fresh` checks whether the first commands of the README work on a fresh machine, in places created for
 * that. `--only install|start|test` selects a part.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { allChecks, type Check, PARTS, type Part } from './checks.ts'
import { endAll, Failure } from './command.ts'
import { lookAround } from './machine.ts'
import { processesBelow } from './place.ts'

const TAIL = 60

const isPart = (word: string): word is Part => PARTS.some((part) => part === word)

function chosen(): readonly Part[] {
  const { only } = parseArgs({ options: { only: { type: 'string' } } }).values
  if (only === undefined) return PARTS
  if (isPart(only)) return ['install', only]
  throw new Error(`--only takes one of ${PARTS.join(', ')}`)
}

/** Returns whether the check passed. */
async function make({ name, skipped, act }: Check): Promise<boolean> {
  if (skipped !== undefined) {
    console.log(`skipped  ${name}: ${skipped}`)
    return true
  }
  const began = Date.now()
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`
  try {
    await act()
    console.log(`passed   ${name} (${seconds()})`)
    return true
  } catch (error) {
    console.log(
      `FAILED   ${name} (${seconds()}): ${error instanceof Error ? error.message : error}`,
    )
    if (error instanceof Failure) console.log(tailOf(error.output))
    return false
  }
}

const tailOf = (output: string) =>
  output
    .trimEnd()
    .split('\n')
    .slice(-TAIL)
    .map((line) => `         | ${line}`)
    .join('\n')

async function main(): Promise<number> {
  const parts = chosen()
  if (spawnSync('git', ['diff', '--quiet', 'HEAD']).status !== 0)
    console.log('Uncommitted changes are not tested.')
  const base = mkdtempSync(join(tmpdir(), 'baton-fresh-'))
  chmodSync(base, 0o755)
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => {
      tidy(base)
      process.exit(1)
    })
  try {
    const checks = allChecks(lookAround(), base).filter(({ part }) => parts.includes(part))
    let failed = 0
    for (const check of checks) {
      if (!(await make(check))) failed++
      // Nothing else can be checked.
      if (failed > 0 && check.part === 'install') return 1
    }
    return failed === 0 ? 0 : 1
  } finally {
    tidy(base)
  }
}

function tidy(base: string): void {
  endAll()
  for (const { pid } of processesBelow(base)) process.kill(pid, 'SIGKILL')
  rmSync(base, { recursive: true, force: true, maxRetries: 5 })
}

process.exit(await main())
