/** Injected faults, as the real SDK sees them. */
import { RateLimitError, SandboxError, ServiceBusyError, TimeoutError } from 'e2b'
import { expect, test } from 'vitest'
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
