/** The key that signs task tokens. It is stored, so that tokens of an earlier start are recognised. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const KEY_BYTES = 32

/** Returns the folder's key. The first call creates it, readable by its owner only. */
export function tokenKey(directory: string): Buffer {
  const path = join(directory, 'token-key')
  if (existsSync(path)) return readFileSync(path)
  const key = randomBytes(KEY_BYTES)
  mkdirSync(directory, { recursive: true })
  writeFileSync(path, key, { mode: 0o600 })
  return key
}
