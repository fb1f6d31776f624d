/** The tokens of this machine: random, made at the first start, and readable by their owner only. */
import { randomBytes } from 'node:crypto'
import { appendFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Returns the token that the file `name` in `folder` holds, and creates the file if it is missing. A file that others
 * could read is closed to them; an empty one gets a token.
 */
export function localToken(folder: string, name: string): string {
  const file = path.join(folder, name)
  // Opening it for appending creates it, whoever comes first; an existing one may have been open to others.
  appendFileSync(file, '', { mode: 0o600 })
  chmodSync(file, 0o600)
  const known = readFileSync(file, 'utf8').trim()
  if (known !== '') return known
  const token = randomBytes(24).toString('base64url')
  writeFileSync(file, `${token}\n`)
  return token
}
