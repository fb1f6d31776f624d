/** A copy of the checkout, for commands that a person starts from a shell. */
import { cpSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '../..')
const COPIED = [
  'bin',
  'cli',
  'dashboard',
  'lib',
  'lambdas',
  'docs',
  'src',
  'sandbox',
  'packages',
  'local',
  'cdk.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
]

/** Returns a new folder with the sources and the installed packages. */
export function copyCheckout(): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'baton-copy-'))
  for (const name of COPIED)
    cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true })
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'))
  return copy
}
