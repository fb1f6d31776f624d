/** The server's folders: one server at a time, wherever they are, and tidy. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { serverForTest, startServer } from './support/local-e2b.ts'

const socketFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('baton-e2b-'))

test('a folder that a live server uses is refused, and its sandboxes stay', async () => {
  const { client, stateDir } = await serverForTest()
  const sandbox = await client.Sandbox.create()
  await expect(startServer({ stateDir })).rejects.toThrow(/in use by the local E2B server with pid/)
  expect((await sandbox.commands.run('echo alive')).stdout).toBe('alive\n')
})

test('after close another server can use the folder', async () => {
  const { server, stateDir } = await serverForTest()
  await server.close()
  const { client } = await serverForTest({ stateDir })
  expect(await (await client.Sandbox.create()).isRunning()).toBe(true)
})

test('a folder with a very long path works, because sockets are elsewhere', async () => {
  const base = mkdtempSync(join(tmpdir(), 'e2b-long-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  const stateDir = join(base, 'x'.repeat(100), 'y'.repeat(100))
  const { client } = await serverForTest({ stateDir, isolation: 'auto' })
  const sandbox = await client.Sandbox.create()
  expect((await sandbox.commands.run('echo hi')).stdout).toBe('hi\n')
})

test('a sandbox’s files are removed with it, read-only folders too', async () => {
  const { client, stateDir } = await serverForTest({ isolation: 'auto' })
  const sandbox = await client.Sandbox.create()
  await sandbox.commands.run(
    'mkdir -p ~/cache/deep && touch ~/cache/deep/x && chmod -R a-w ~/cache',
  )
  const folder = join(stateDir, 'sandboxes', sandbox.sandboxId)
  expect(existsSync(folder)).toBe(true)
  await sandbox.kill()
  expect(existsSync(folder)).toBe(false)
})

test('close leaves no socket folder behind', async () => {
  const { server, client } = await serverForTest({ isolation: 'auto' })
  await client.Sandbox.create()
  const during = socketFolders()
  expect(during.length).toBeGreaterThan(0)
  await server.close()
  expect(during.filter((name) => existsSync(join(tmpdir(), name))).length).toBeLessThan(
    during.length,
  )
})

test('a creation that fails leaves no folder behind', async () => {
  const { client, server, stateDir } = await serverForTest({
    isolation: 'auto',
    links: () => {
      throw new Error('no links today')
    },
  })
  if (server.isolation === 'none') return
  await expect(client.Sandbox.create()).rejects.toThrow('no links today')
  expect(readdirSync(join(stateDir, 'sandboxes'))).toEqual([])
  expect(server.counters()).toEqual({ created: 1, ended: 1 })
})
