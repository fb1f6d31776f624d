/** The tokens of this machine. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { localToken } from '../../../local/local-token.ts'

function folder(): string {
  const base = mkdtempSync(path.join(tmpdir(), 'baton-token-'))
  onTestFinished(() => rmSync(base, { recursive: true }))
  return base
}

const modeOf = (file: string) => statSync(file).mode & 0o777

test('a token is random, stays the same, and only its owner can read it', () => {
  const [one, two] = [folder(), folder()]
  const token = localToken(one, 'token')
  expect(token).toMatch(/^[\w-]{32}$/)
  expect(localToken(one, 'token')).toBe(token)
  expect(new Set([token, localToken(one, 'read-token'), localToken(two, 'token')]).size).toBe(3)
  expect(modeOf(path.join(one, 'token'))).toBe(0o600)
})

test('a file that others could read is closed to them, and an empty one gets a token', () => {
  const place = folder()
  localToken(place, 'token')
  const file = path.join(place, 'token')
  writeFileSync(file, 'mine\n')
  chmodSync(file, 0o644)
  expect([localToken(place, 'token'), modeOf(file)]).toEqual(['mine', 0o600])
  writeFileSync(file, '\n')
  const token = localToken(place, 'token')
  expect(readFileSync(file, 'utf8')).toBe(`${token}\n`)
})
