/** The server's folders: exclusive, at any path, and cleaned up. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

test('kept sandboxes outlive the server, paused, with their files and without their processes', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'e2b-kept-'))
  onTestFinished(() => rmSync(stateDir, { recursive: true }))
  const keeping = { stateDir, isolation: 'auto', keepSandboxes: true } as const
  const first = await serverForTest(keeping)
  const [older, newer] = [
    await first.client.Sandbox.create('base', { metadata: { name: 'older' } }),
    await first.client.Sandbox.create('base', { envs: { FOO: 'bar' } }),
  ]
  await older.files.write('~/a', 'kept')
  await older.commands.run('sleep 500', { background: true, timeoutMs: 0 })
  await newer.pause()
  await first.server.close()

  const { server, client } = await serverForTest(keeping)
  expect(server.sandboxes()).toMatchObject([
    { id: older.sandboxId, state: 'paused', metadata: { name: 'older' } },
    { id: newer.sandboxId, state: 'paused' },
  ])
  const again = await client.Sandbox.connect(older.sandboxId)
  expect(await again.files.read('~/a')).toBe('kept')
  expect((await again.commands.run('pgrep -x sleep || echo none')).stdout).toBe('none\n')
  const other = await client.Sandbox.connect(newer.sandboxId)
  expect((await other.commands.run('echo $FOO')).stdout).toBe('bar\n')
  await again.kill()
  expect(readdirSync(join(stateDir, 'sandboxes'))).toEqual([newer.sandboxId])
  await server.close()

  const { server: last } = await serverForTest({ stateDir })
  expect(last.sandboxes()).toEqual([])
  expect(readdirSync(join(stateDir, 'sandboxes'))).toEqual([])
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

test('a killed server that is not reaped yet does not hold the folder', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'e2b-state-'))
  onTestFinished(() => rmSync(stateDir, { recursive: true }))
  // The shell turns into a program that never reaps its child. The child ends only then, with its input.
  const parent = spawn('sh', ['-c', 'exec 3<&0; cat <&3 & echo $!; exec sleep 60'])
  onTestFinished(() => void parent.kill('SIGKILL'))
  const [printed] = await once(parent.stdout, 'data')
  const pid = Number(printed)
  await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n')
  parent.stdin.end()
  const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  await expect.poll(() => stat()[0]).toBe('Z')
  const record = {
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    pid,
    startTicks: Number(stat()[19]),
    socketDir: join(stateDir, 'sockets'),
  }
  writeFileSync(join(stateDir, 'server.json'), JSON.stringify(record))
  const { server } = await serverForTest({ stateDir })
  expect(server.sandboxes()).toEqual([])
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
