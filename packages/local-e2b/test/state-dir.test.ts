/** The server's folders: exclusive, at any path, and cleaned up. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { describeEachIsolation, serverForTest, startServer } from './support/local-e2b.ts'

test('a folder that a running server uses is refused, and its sandboxes stay', async () => {
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

describeEachIsolation('a folder whose name is special to other programs', ({ isolation }) => {
  test.each([
    'sp äce',
    '100%25 #1 ?x=y',
    '[a] {b,c} *',
    `it's $HOME & "more"`,
  ])('%j works', async (name) => {
    const base = mkdtempSync(join(tmpdir(), 'e2b-name-'))
    onTestFinished(() => rmSync(base, { recursive: true, force: true }))
    const { client } = await serverForTest({ stateDir: join(base, name), isolation })
    const sandbox = await client.Sandbox.create()
    await sandbox.files.write('~/a', 'written')
    const { stdout } = await sandbox.commands.run('node -p 1+1; cat ~/a "$HOME/a"')
    expect(stdout).toBe('2\nwrittenwritten')
  })
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

test('sockets are in a folder below TMPDIR that close removes, and a failed start leaves none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'e2b-tmp-'))
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  onTestFinished(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    rmSync(folder, { recursive: true, force: true })
  })
  const stateDir = join(folder, 'state')
  const { server, client } = await serverForTest({ isolation: 'auto', stateDir })
  await client.Sandbox.create()
  expect(readdirSync(folder).filter((name) => name !== 'state')).toHaveLength(1)
  const port = Number(new URL(server.url).port)
  await expect(startServer({ stateDir: join(folder, 'other'), port })).rejects.toThrow('EADDRINUSE')
  expect(readdirSync(folder).filter((name) => name.startsWith('local-e2b-'))).toHaveLength(1)
  await server.close()
  expect(readdirSync(folder).filter((name) => name.startsWith('local-e2b-'))).toEqual([])
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
