/** Knows whether a cloud assembly is still what the app would synthesise, so that an unchanged one is left as it is. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fingerprint } from './fingerprint.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** All that the template and the functions' code are made of, besides packages. */
const SOURCES = ['bin/**/*.ts', 'lib/**/*.ts', 'lambdas/**/*.ts', 'src/**/*.ts', 'cdk.json']

export interface Assembly {
  /** Whether it was made of the same sources, packages and context as now. */
  readonly isCurrent: boolean
  /** To be called once it was synthesised and broke no rule. */
  keep(): void
}

/**
 * The assembly in a folder; `context` is the app's, as JSON: what cdk.json and `-c` say. An assembly that is not current
 * counts as unfinished from here on: were it cut short, or found to break a rule, a later call must not take it.
 */
export function openAssembly(folder: string, context: string): Assembly {
  const file = path.join(folder, 'inputs.sha256')
  const inputs = fingerprint(root, SOURCES, [context])
  const isCurrent = existsSync(file) && readFileSync(file, 'utf8') === inputs
  if (!isCurrent) rmSync(file, { force: true })
  return { isCurrent, keep: () => writeFileSync(file, inputs) }
}
