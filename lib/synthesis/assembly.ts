/** Finds out whether a cloud assembly is current, so that an unchanged one is not synthesised again. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fingerprint } from './fingerprint.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** The sources of the template and of the functions' code, besides packages. */
const SOURCES = [
  'bin/app.ts',
  'lib/**/*.ts',
  'lambdas/**/*.ts',
  'src/**/*.ts',
  'dashboard/headers.ts',
  'docs/openapi.yaml',
  'cdk.json',
]

/** The context key that leaves out the rules, of a template that is not deployed. `-c` cannot set it: it gives text only. */
export const UNCHECKED = 'baton:unchecked'

export interface Assembly {
  /** Whether it was made from the current sources, packages and context. */
  readonly isCurrent: boolean
  /** Call it once the assembly is synthesised and violates no rule. */
  keep(): void
}

/**
 * Opens the assembly in a folder. `context` is the app's context as JSON (from cdk.json and `-c`), `settings` are those of
 * baton.json. An outdated assembly is marked as unfinished, so that a later call does not use it if synthesis is interrupted
 * or finds a violation.
 */
export function openAssembly(
  folder: string,
  context: string,
  settings: Readonly<Record<string, unknown>>,
): Assembly {
  const file = path.join(folder, 'inputs.sha256')
  const inputs = fingerprint(root, SOURCES, [context, JSON.stringify(settings)])
  const isCurrent = existsSync(file) && readFileSync(file, 'utf8') === inputs
  if (!isCurrent) rmSync(file, { force: true })
  return { isCurrent, keep: () => writeFileSync(file, inputs) }
}
