/** Injected faults, as the real SDK sees them. */
import {
  RateLimitError,
  SandboxError,
  SandboxNotFoundError,
  ServiceBusyError,
  TimeoutError,
} from 'e2b'
import { describe, expect, test } from 'vitest'
import { HANG_AFTER, HANG_BEFORE } from '../src/faults.ts'
import { processesMarked } from './support/host-processes.ts'
import { serverForTest } from './support/local-e2b.ts'
import { waitUntil } from './support/wait-until.ts'

test.each([
  [429, RateLimitError],
  [503, ServiceBusyError],
  [500, SandboxError],
] as const)('the next creations fail with %i, then creating works', async (status, error) => {
  const { client, server } = await serverForTest()
  server.faults.onCreate(status, 2)
  await expect(client.Sandbox.create()).rejects.toThrow(error)
  await expect(client.Sandbox.create()).rejects.toThrow(error)
  const sandbox = await client.Sandbox.create()
  expect(server.sandboxes()).toMatchObject([{ id: sandbox.sandboxId }])
})

test.each([
  [HANG_BEFORE, 0],
  [HANG_AFTER, 1],
] as const)('a creation can %s', async (fault, left) => {
  const { client, server } = await serverForTest()
  server.faults.onCreate(fault)
  const create = client.Sandbox.create({ metadata: { job: 'j1' }, requestTimeoutMs: 1000 })
  await expect(create).rejects.toMatchObject({ name: 'TimeoutError' })
  // Creating it may take longer than the client waits.
  await waitUntil('it is there', () => server.sandboxes().length === left)
  const found = await client.Sandbox.list({ query: { metadata: { job: 'j1' } } }).nextItems()
  expect(found).toHaveLength(left)
})

test('a crashed sandbox is gone, and a running command fails', async () => {
  const { client, server } = await serverForTest({ isolation: 'auto' })
  const sandbox = await client.Sandbox.create()
  const handle = await sandbox.commands.run('sleep 500', { background: true, timeoutMs: 0 })
  await Promise.all([
    expect(handle.wait()).rejects.toThrow(TimeoutError),
    server.faults.crash(sandbox.sandboxId),
  ])
  await waitUntil('it is gone', () => server.sandboxes().length === 0)
  expect(await sandbox.kill()).toBe(false)
  await waitUntil('it is counted', () => server.counters().ended === 1)
})

test('a request while a sandbox is ending gets the response that it does not run', async () => {
  const { client, server } = await serverForTest()
  const sandbox = await client.Sandbox.create()
  // A stopped process accepts requests and never responds.
  for (const pid of processesMarked('E2B_SANDBOX_ID', sandbox.sandboxId))
    process.kill(pid, 'SIGSTOP')
  const asked = [sandbox.isRunning(), sandbox.commands.list(), sandbox.files.read('x')]
  const answers = Promise.allSettled(asked)
  // Earlier requests have arrived once this one gets its response.
  await client.Sandbox.list().nextItems()
  await client.Sandbox.kill(sandbox.sandboxId)
  const [running, ...others] = await answers
  expect(running).toMatchObject({ value: false })
  for (const other of others) expect(other).toMatchObject({ reason: expect.any(TimeoutError) })
  expect(server.sandboxes()).toEqual([])
})

test('a cut connection leaves the command running', async () => {
  const { client, server } = await serverForTest()
  const sandbox = await client.Sandbox.create()
  const handle = await sandbox.commands.run('sleep 500', { background: true, timeoutMs: 0 })
  const cut = expect(handle.wait()).rejects.toThrow(SandboxError)
  server.faults.cutConnections(sandbox.sandboxId)
  await cut
  expect((await sandbox.commands.list()).map(({ pid }) => pid)).toEqual([handle.pid])
})

describe('a pause', () => {
  const started = async (options?: { pauseSeed: number }) => {
    const { client, server } = await serverForTest(options)
    const sandbox = await client.Sandbox.create()
    const isThere = () => server.sandboxes().some(({ id }) => id === sandbox.sandboxId)
    return { client, server, sandbox, isThere }
  }

  test('can be refused, and then the sandbox runs on', async () => {
    const { server, sandbox } = await started()
    server.faults.onPause({ refuse: 429 })
    server.faults.onPause({ refuse: 503 })
    await expect(sandbox.pause()).rejects.toThrow(RateLimitError)
    await expect(sandbox.pause()).rejects.toThrow(ServiceBusyError)
    expect(server.sandboxes()).toMatchObject([{ state: 'running' }])
    expect(await sandbox.pause()).toBe(true)
  })

  test('can take long, and whoever connects meanwhile waits for it', async () => {
    const { client, server, sandbox } = await started()
    server.faults.onPause({ takesMs: 300 })
    const done: string[] = []
    const pause = sandbox.pause().then(() => done.push('paused'))
    await waitUntil('it is being paused', () => server.sandboxes()[0]?.state === 'paused')
    const again = await client.Sandbox.connect(sandbox.sandboxId)
    done.push('resumed')
    await pause
    expect(done).toEqual(['paused', 'resumed'])
    expect((await again.commands.run('echo here')).stdout).toBe('here\n')
  })

  test('can fail, and then the sandbox is lost', async () => {
    const { client, server, sandbox, isThere } = await started()
    server.faults.onPause({ takesMs: 1, fails: true })
    await expect(sandbox.pause()).rejects.toThrow(SandboxError)
    await waitUntil('it is gone', () => !isThere())
    await expect(client.Sandbox.connect(sandbox.sandboxId)).rejects.toThrow(SandboxNotFoundError)
    // Nobody asked for its end, so only this tells when its processes have ended.
    await server.settled()
    expect(server.counters()).toEqual({ created: 1, ended: 1 })
  })

  test('is given up with its request, and then the sandbox is lost', async () => {
    const { server, sandbox, isThere } = await started()
    server.faults.onPause({ takesMs: 60_000 })
    await expect(sandbox.pause({ requestTimeoutMs: 200 })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    await waitUntil('it is gone', () => !isThere())
  })

  test('is as unreliable as its seed says, every time', async () => {
    const refusals = await started({ pauseSeed: 7 })
    for (const _ of [1, 2, 3])
      await expect(refusals.sandbox.pause()).rejects.toMatchObject({ statusCode: 500 })
    expect(await refusals.sandbox.pause()).toBe(true)
    const loss = await started({ pauseSeed: 2 })
    await expect(loss.sandbox.pause()).rejects.toThrow('error pausing sandbox')
  })
})

test('a sandbox can refuse every connection', async () => {
  const { client, server } = await serverForTest()
  const sandbox = await client.Sandbox.create()
  const other = await client.Sandbox.create()
  await sandbox.pause()
  server.faults.onConnect(sandbox.sandboxId, 500)
  for (const _ of [1, 2])
    await expect(client.Sandbox.connect(sandbox.sandboxId)).rejects.toMatchObject({
      statusCode: 500,
    })
  await client.Sandbox.connect(other.sandboxId)
})
