/** Sockets of servers without credentials have short paths in private folders. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { privateSocket } from '../src/private-socket.ts'

function stateFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'socket-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const mode = (folder: string) => statSync(folder).mode & 0o777

test("it is in the state folder, and an earlier server's socket is removed", () => {
  const stateDir = stateFolder()
  const first = privateSocket(stateDir, 'one')
  expect(first.path).toBe(path.join(stateDir, 'sockets', 'one.sock'))
  expect(mode(path.dirname(first.path))).toBe(0o700)
  writeFileSync(first.path, '')
  expect(existsSync(privateSocket(stateDir, 'one').path)).toBe(false)
})

test('if that path is too long, each has a folder of its own, which is removed with it', () => {
  const stateDir = path.join(stateFolder(), 'ä'.repeat(60))
  const sockets = [privateSocket(stateDir, 'one'), privateSocket(stateDir, 'one')]
  const folders = sockets.map((socket) => path.dirname(socket.path))
  expect(new Set(folders).size).toBe(2)
  for (const folder of folders) expect(mode(folder)).toBe(0o700)
  for (const socket of sockets) socket.remove()
  expect(folders.filter(existsSync)).toEqual([])
})
