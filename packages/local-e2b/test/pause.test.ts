/** Pausing, resuming and timing out, through the real SDK. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Sandbox, SandboxNotFoundError, TimeoutError } from 'e2b'
import { expect, onTestFinished, test } from 'vitest'
import { processesMarked } from './support/host-processes.ts'
import { describeEachIsolation } from './support/local-e2b.ts'
import { waitUntil } from './support/wait-until.ts'

/** Writes the time in milliseconds to a file, repeatedly. */
const TICKS = 'while true; do date +%s%3N >> ~/ticks; sleep 0.02; done'

const ticksOf = async (sandbox: Sandbox): Promise<number[]> => {
  const content = await sandbox.files.read('ticks').catch(() => '')
  return content.trim().split('\n').filter(Boolean).map(Number)
}

describeEachIsolation('pausing', ({ client, server }) => {
  test('a paused sandbox stands still until connect, and then continues', async () => {
    const sandbox = await client().Sandbox.create()
    const ticker = await sandbox.commands.run(TICKS, { background: true, timeoutMs: 0 })
    await ticker.disconnect()
    await waitUntil('it ticks', async () => (await ticksOf(sandbox)).length > 1)
    await sandbox.pause()
    const paused = Date.now()
    await sleep(300)
    const resumed = Date.now()
    await client().Sandbox.connect(sandbox.sandboxId)
    await waitUntil('it ticks on', async () => (await ticksOf(sandbox)).some((at) => at > resumed))
    expect((await ticksOf(sandbox)).filter((at) => at > paused && at < resumed)).toEqual([])
    expect((await sandbox.commands.list()).map(({ pid }) => pid)).toEqual([ticker.pid])
    await sandbox.kill()
  })

  test('a paused sandbox responds to everything that it does not run', async () => {
    const sandbox = await client().Sandbox.create()
    expect(await sandbox.pause()).toBe(true)
    expect(await sandbox.pause()).toBe(false)
    expect(await sandbox.isRunning()).toBe(false)
    await expect(sandbox.commands.run('true')).rejects.toThrow(SandboxNotFoundError)
    await expect(sandbox.files.read('ticks')).rejects.toThrow(TimeoutError)
    await expect(sandbox.setTimeout(1000)).rejects.toThrow(SandboxNotFoundError)
    expect(await sandbox.kill()).toBe(true)
  })

  test('paused without its memory, it keeps its files and restarts its processes', async () => {
    const sandbox = await client().Sandbox.create({ envs: { FOO: 'kept' } })
    await sandbox.files.write('kept.txt', 'kept')
    await (await sandbox.commands.run('sleep 500', { background: true, timeoutMs: 0 })).disconnect()
    await sandbox.pause({ keepMemory: false })
    const again = await client().Sandbox.connect(sandbox.sandboxId)
    expect(await again.commands.list()).toEqual([])
    expect(await again.files.read('kept.txt')).toBe('kept')
    expect((await again.commands.run('echo $FOO')).stdout).toBe('kept\n')
    await again.kill()
  })

  test('resumed by reboot, it loses its processes and keeps its files', async () => {
    const sandbox = await client().Sandbox.create()
    await sandbox.files.write('kept.txt', 'kept')
    await (await sandbox.commands.run('sleep 500', { background: true, timeoutMs: 0 })).disconnect()
    await sandbox.pause()
    const again = await client().Sandbox.connect(sandbox.sandboxId, { onResume: 'reboot' })
    expect(await again.commands.list()).toEqual([])
    expect(await again.files.read('kept.txt')).toBe('kept')
    await again.kill()
  })

  test('with autoPause it pauses at its timeout, and traffic resumes it', async () => {
    const sandbox = await client().Sandbox.create({
      timeoutMs: 1000,
      lifecycle: { onTimeout: 'pause', autoResume: true },
    })
    const sleeper = await sandbox.commands.run('sleep 500', { background: true, timeoutMs: 0 })
    await sleeper.disconnect()
    const stateOf = async () => (await sandbox.getInfo()).state
    await waitUntil('it is paused', async () => (await stateOf()) === 'paused')
    expect((await sandbox.commands.list()).map(({ pid }) => pid)).toEqual([sleeper.pid])
    expect(await stateOf()).toBe('running')
    const { endAt } = await sandbox.getInfo()
    expect(endAt.getTime() - Date.now()).toBeGreaterThan(250_000)
    await sandbox.kill()
  })

  test('traffic without the token does not resume it', async () => {
    const sandbox = await client().Sandbox.create({
      lifecycle: { onTimeout: 'pause', autoResume: true },
    })
    await sandbox.pause()
    const headers = { 'e2b-sandbox-id': sandbox.sandboxId, 'x-access-token': 'guess' }
    expect((await fetch(`${server().url}/envs`, { headers })).status).toBe(401)
    expect((await fetch(`${server().url}/health`, { headers })).status).toBe(502)
    expect((await sandbox.getInfo()).state).toBe('paused')
    await sandbox.kill()
  })

  test('without autoPause it ends at its timeout, and a running command fails', async () => {
    const sandbox = await client().Sandbox.create()
    const command = await sandbox.commands.run('sleep 500', { background: true, timeoutMs: 0 })
    await Promise.all([
      expect(command.wait()).rejects.toThrow(TimeoutError),
      sandbox.setTimeout(1000),
    ])
    await waitUntil('it is gone', () =>
      server()
        .sandboxes()
        .every(({ id }) => id !== sandbox.sandboxId),
    )
  })

  test('many concurrent resumes are one', async () => {
    const sandbox = await client().Sandbox.create()
    await sandbox.pause()
    const connects = Array.from({ length: 5 }, () => client().Sandbox.connect(sandbox.sandboxId))
    await Promise.all([...connects, sandbox.pause(), ...connects])
    await client().Sandbox.connect(sandbox.sandboxId)
    expect((await sandbox.commands.run('echo alive')).stdout).toBe('alive\n')
    await sandbox.kill()
  })

  test('often paused and resumed, it leaves no listener behind', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => void warnings.push(warning)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    const sandbox = await client().Sandbox.create()
    for (let times = 0; times < 12; times++) {
      await sandbox.pause()
      await client().Sandbox.connect(sandbox.sandboxId)
    }
    await sandbox.kill()
    expect(warnings.filter(({ name }) => name.startsWith('MaxListeners'))).toEqual([])
  })

  test('of many paused sandboxes only some stay in memory, and all keep what runs and their files', async () => {
    const busy = await client().Sandbox.create()
    const sleeper = await busy.commands.run('sleep 500', { background: true, timeoutMs: 0 })
    await sleeper.disconnect()
    await busy.pause()
    const first = await client().Sandbox.create({ envs: { FOO: 'kept' } })
    await first.files.write('kept.txt', 'kept')
    await first.pause()
    const others = Array.from({ length: 9 }, async () => {
      const sandbox = await client().Sandbox.create()
      await sandbox.pause()
      return sandbox
    })
    const all = [busy, first, ...(await Promise.all(others))]
    const inMemory = () =>
      all.filter(({ sandboxId }) => processesMarked('E2B_SANDBOX_ID', sandboxId).length > 0)
    await expect.poll(() => inMemory().length, { timeout: 10_000 }).toBe(9)
    expect(inMemory()).toContain(busy)
    expect(inMemory()).not.toContain(first)
    const again = await client().Sandbox.connect(first.sandboxId)
    expect(await again.files.read('kept.txt')).toBe('kept')
    expect((await again.commands.run('echo $FOO')).stdout).toBe('kept\n')
    expect((await busy.connect()).sandboxId).toBe(busy.sandboxId)
    expect((await busy.commands.list()).map(({ pid }) => pid)).toEqual([sleeper.pid])
    for (const sandbox of all) await sandbox.kill()
  })
})
