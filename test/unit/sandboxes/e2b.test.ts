/** Sandboxes through the real SDK: what the functions get from it, and from one that fails. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startServer, type TestServer } from '../../../packages/local-e2b/test/support/local-e2b.ts'
import {
  connectSandbox,
  endSandbox,
  pauseSandbox,
  runningSandbox,
} from '../../../src/adapters/sandboxes.ts'
import { networkRules } from '../../../src/core/egress.ts'
import { endUnclaimed } from '../../../src/use-cases/end-unclaimed.ts'
import { PATIENT } from '../../support/patience.ts'
import { setDeployment } from '../http/deployment.ts'

const deployment = setDeployment()

/** Writes its environment to a file instead of running a job. */
const RUNNER = '#!/bin/sh\nenv > ~/launched.part\nmv ~/launched.part ~/launched\n'
const folder = mkdtempSync(path.join(tmpdir(), 'baton-runner-'))
let e2b: TestServer

beforeAll(async () => {
  const file = path.join(folder, 'baton-runner')
  writeFileSync(file, RUNNER, { mode: 0o755 })
  e2b = await startServer({
    tools: [
      { name: 'node', file: process.execPath },
      { name: 'baton-runner', file },
    ],
  })
  for (const [name, value] of Object.entries({
    ...e2b.server.env,
    E2B_KEY_SECRET: 'e2b-key',
    E2B_TEMPLATE: 'base',
    DEPLOYMENT: 'test',
  }))
    vi.stubEnv(name, value)
})
beforeEach(() => void deployment.secrets.set('e2b-key', e2b.server.env.E2B_API_KEY))
afterAll(async () => {
  await e2b.stop()
  rmSync(folder, { recursive: true })
})

const wanted = (session: string) => ({
  metadata: { session },
  seconds: 300,
  mayExist: false,
  network: networkRules('open', []),
})
const job = { BATON_CALLBACK: 'http://127.0.0.1', BATON_JOB_TOKEN: 'token', BATON_JOB: '1' }
const stateOf = (id: string) => e2b.server.sandboxes().find((sandbox) => sandbox.id === id)?.state

/** Shortens every request's limit, so that seconds take as long as hundredths of them. */
function hurry(): void {
  const { timeout } = AbortSignal
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(ms / 100))
}

test('a pause of half a minute is waited for, because giving up would lose the sandbox', async () => {
  const { sandboxId } = await runningSandbox(wanted('slow'))
  e2b.server.faults.onPause({ takesMs: 300 })
  hurry()
  await pauseSandbox(sandboxId)
  expect(stateOf(sandboxId)).toBe('paused')
})

test('a sandbox that is being paused is not ended at once, and nobody waits or fails', async () => {
  const { sandboxId } = await runningSandbox(wanted('closing'))
  e2b.server.faults.onPause({ takesMs: 600_000 })
  const request = new AbortController()
  const pausing = e2b.client.Sandbox.pause(sandboxId, { signal: request.signal })
  await expect.poll(() => stateOf(sandboxId), PATIENT).toBe('paused')
  hurry()
  await endUnclaimed(sandboxId)
  request.abort()
  await expect(pausing).rejects.toThrow()
})

test.each([
  429, 503, 500,
] as const)('a pause refused with %i is an error, and the sandbox runs on', async (status) => {
  const { sandboxId } = await runningSandbox(wanted(`refused-${status}`))
  e2b.server.faults.onPause({ refuse: status })
  await expect(pauseSandbox(sandboxId)).rejects.toMatchObject(
    status === 500 ? { name: 'SandboxUnavailable', sandboxId } : { name: 'SandboxBusy' },
  )
  expect(stateOf(sandboxId)).toBe('running')
})

test('a sandbox that a failed pause has lost is replaced', async () => {
  const { sandboxId } = await runningSandbox(wanted('lost'))
  e2b.server.faults.onPause({ takesMs: 1, fails: true })
  await expect(pauseSandbox(sandboxId)).rejects.toMatchObject({ name: 'SandboxUnavailable' })
  await expect.poll(() => stateOf(sandboxId), PATIENT).toBeUndefined()
  const next = await runningSandbox({ ...wanted('lost'), sandboxId })
  expect(next).toMatchObject({ created: true })
  expect(next.sandboxId).not.toBe(sandboxId)
})

test.each([
  500, 400, 409,
])('one that cannot be resumed (%i) is named, and replaced on request', async (status) => {
  const session = `broken-${status}`
  const { sandboxId } = await runningSandbox(wanted(session))
  await pauseSandbox(sandboxId)
  e2b.server.faults.onConnect(sandboxId, status)
  const again = { ...wanted(session), sandboxId, mayExist: true }
  await expect(runningSandbox(again)).rejects.toMatchObject({
    name: 'SandboxUnavailable',
    sandboxId,
  })
  const replacement = await runningSandbox({ ...again, replace: true })
  expect(replacement.created).toBe(true)
  await endSandbox(sandboxId)
  expect(stateOf(sandboxId)).toBeUndefined()
})

test.each([
  [429, 'SandboxBusy'],
  [503, 'SandboxBusy'],
  [401, 'SandboxRefused'],
  [403, 'SandboxRefused'],
])('a limit or a refused key (%i) says nothing about the sandbox', async (status, name) => {
  const { sandboxId } = await runningSandbox(wanted(`elsewhere-${status}`))
  e2b.server.faults.onConnect(sandboxId, status)
  const error = await connectSandbox(sandboxId, 300).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ name })
  expect(error).not.toHaveProperty('sandboxId')
})

test('one whose id was lost is adopted, unless it cannot be connected either', async () => {
  const first = await runningSandbox(wanted('adopted'))
  const search = { ...wanted('adopted'), mayExist: true }
  expect(await runningSandbox(search)).toMatchObject({
    sandboxId: first.sandboxId,
    created: false,
  })
  e2b.server.faults.onConnect(first.sandboxId, 500)
  expect(await runningSandbox(search)).toMatchObject({ created: true })
})

test('a launch names the sandbox to the runner', async () => {
  const sandbox = await runningSandbox(wanted('launched'))
  await sandbox.launch(job)
  const { files } = await e2b.client.Sandbox.connect(sandbox.sandboxId)
  await expect.poll(() => files.exists('launched'), PATIENT).toBe(true)
  const environment = (await files.read('launched')).split('\n')
  expect(environment).toContain(`BATON_SANDBOX=${sandbox.sandboxId}`)
  expect(environment).toContain('BATON_JOB=1')
})

test('a sandbox in which nothing can be started is named', async () => {
  const sandbox = await runningSandbox(wanted('unusable'))
  const { commands } = await e2b.client.Sandbox.connect(sandbox.sandboxId)
  await commands.run('rm -r "$HOME"', { cwd: '/' })
  await expect(sandbox.launch(job)).rejects.toMatchObject({
    name: 'SandboxUnavailable',
    sandboxId: sandbox.sandboxId,
  })
})

test('a sandbox pauses at the end of its lifetime, so that its files are kept', async () => {
  const { sandboxId } = await runningSandbox({ ...wanted('timed out'), seconds: 1 })
  await expect.poll(() => stateOf(sandboxId), PATIENT).toBe('paused')
})

const networkOf = async (id: string) => (await e2b.client.Sandbox.getInfo(id)).network

test('no sandbox reaches private and link-local addresses, and one with a list reaches nothing else', async () => {
  const open = await runningSandbox(wanted('open'))
  expect(await networkOf(open.sandboxId)).toEqual({
    denyOut: expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16', '192.168.0.0/16']),
  })
  const network = networkRules(['pypi.org'], ['api.example.com'])
  const listed = await runningSandbox({ ...wanted('listed'), network })
  expect(await networkOf(listed.sandboxId)).toEqual({
    allowOut: ['api.example.com', 'pypi.org'],
    denyOut: ['0.0.0.0/0'],
  })
})

test('a sandbox that was created open is restricted before the next job', async () => {
  const { sandboxId } = await runningSandbox(wanted('narrowed'))
  await pauseSandbox(sandboxId)
  const network = networkRules([], ['api.example.com'])
  const again = await runningSandbox({ ...wanted('narrowed'), sandboxId, network })
  expect(again).toMatchObject({ sandboxId, created: false })
  expect(await networkOf(sandboxId)).toEqual(network)
})
