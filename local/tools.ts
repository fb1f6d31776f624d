/** The tools that a local sandbox gets from the template: Node, the Claude Code CLI and the runner. */
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Tool } from '../packages/local-e2b/src/options.ts'
import { bundleRunner } from '../sandbox/bundle.ts'

/** `claude` is the CLI's executable. Throws if it is missing. */
export async function sandboxTools(stateDir: string, claude: string): Promise<Tool[]> {
  if (!existsSync(claude))
    throw new Error(`The Claude Code CLI is not at ${claude}: run \`npm ci\` on this machine.`)
  const runner = path.join(stateDir, 'baton-runner.cjs')
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  await bundleRunner(runner)
  return [
    { name: 'node', file: process.execPath },
    { name: 'claude', file: claude },
    { name: 'baton-runner', file: runner },
  ]
}

/** Returns the path of the CLI that the package manager has installed. */
export const installedCli = (root: string): string =>
  path.join(root, 'node_modules', '@anthropic-ai', cliPackage(), 'claude')

/** The package has one native executable for each platform; musl has its own. */
function cliPackage(): string {
  const report = process.report.getReport()
  const glibc =
    typeof report === 'object' && 'glibcVersionRuntime' in (Reflect.get(report, 'header') ?? {})
  return `claude-code-linux-${process.arch}${glibc ? '' : '-musl'}`
}
