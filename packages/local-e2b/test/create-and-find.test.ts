/** The control plane through the real SDK: create, find, list, time out, end. */
import {
  AuthenticationError,
  InvalidArgumentError,
  Sandbox,
  SandboxError,
  SandboxNotFoundError,
} from 'e2b'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientOf, present, startServer, type TestServer } from './support/local-e2b.ts'

describe('the control plane', () => {
  const started: { test?: TestServer } = {}
  beforeAll(async () => {
    started.test = await startServer()
  })
  afterAll(() => started.test?.stop())
  const server = () => present(started.test).server
  const client = () => present(started.test).client

  test('the environment it returns configures the SDK', async () => {
    const { E2B_API_URL: apiUrl, E2B_SANDBOX_URL: sandboxUrl, E2B_API_KEY: apiKey } = server().env
    const sandbox = await Sandbox.create({ apiUrl, sandboxUrl, apiKey })
    expect(await sandbox.isRunning()).toBe(true)
    expect(await sandbox.kill()).toBe(true)
  })

  test('getInfo and sandboxes() describe a created sandbox', async () => {
    const metadata = { session: 's 1/&=%', leg: '2' }
    const sandbox = await client().Sandbox.create('custom', {
      metadata,
      timeoutMs: 60_000,
      lifecycle: { onTimeout: 'pause', autoResume: true },
    })
    expect(await sandbox.getInfo()).toMatchObject({
      templateId: 'custom',
      metadata,
      state: 'running',
      lifecycle: { onTimeout: 'pause', autoResume: true },
    })
    expect(server().sandboxes()).toMatchObject([{ id: sandbox.sandboxId, metadata }])
    await sandbox.kill()
    expect(server().sandboxes()).toEqual([])
  })

  test('a wrong key is refused on every call', async () => {
    const stranger = clientOf(server(), 'wrong').Sandbox
    await expect(stranger.create()).rejects.toThrow(AuthenticationError)
    await expect(stranger.connect('any')).rejects.toThrow(AuthenticationError)
    await expect(stranger.kill('any')).rejects.toThrow(AuthenticationError)
    await expect(stranger.list().nextItems()).rejects.toThrow(AuthenticationError)
  })

  test('an unknown template is a 404 with a name', async () => {
    const error = await client()
      .Sandbox.create('nope')
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SandboxError)
    expect(error).toMatchObject({ statusCode: 404, message: expect.stringContaining("'nope'") })
  })

  test.each([
    ['a name in denyOut', { denyOut: ['example.com'] }, 'example.com'],
    ['a name that is allowed beside all others', { allowOut: ['example.com'] }, '0.0.0.0/0'],
  ])('network rules with %s are refused', async (_, network, named) => {
    const created = client().Sandbox.create({ network })
    await expect(created).rejects.toThrow(named)
    const sandbox = await client().Sandbox.create()
    await expect(sandbox.updateNetwork(network)).rejects.toThrow(named)
    await sandbox.kill()
  })

  test('an ended sandbox is not found, and killing it returns false', async () => {
    const sandbox = await client().Sandbox.create()
    expect(await sandbox.kill()).toBe(true)
    const { sandboxId } = sandbox
    await expect(client().Sandbox.connect(sandboxId)).rejects.toThrow(SandboxNotFoundError)
    await expect(client().Sandbox.getInfo(sandboxId)).rejects.toThrow(SandboxNotFoundError)
    await expect(sandbox.setTimeout(1000)).rejects.toThrow(SandboxNotFoundError)
    expect(await client().Sandbox.kill(sandboxId)).toBe(false)
    expect(await sandbox.isRunning()).toBe(false)
  })

  test('lists filter by metadata, state and template, and come newest first', async () => {
    const make = (job: string, template = 'base') =>
      client().Sandbox.create(template, { metadata: { job, kind: 'list' } })
    const first = await make('j 1/&=%+ä')
    const second = await make('two', 'custom')
    const query = async (filter: object) => {
      const items = await client().Sandbox.list({ query: filter }).nextItems()
      return items.map(({ sandboxId }) => sandboxId)
    }
    const both = { kind: 'list' }
    expect(await query({ metadata: both })).toEqual([second.sandboxId, first.sandboxId])
    expect(await query({ metadata: { job: 'j 1/&=%+ä' } })).toEqual([first.sandboxId])
    expect(await query({ metadata: { ...both, job: 'three' } })).toEqual([])
    expect(await query({ metadata: both, template: 'custom' })).toEqual([second.sandboxId])
    await second.pause()
    expect(await query({ metadata: both, state: ['paused'] })).toEqual([second.sandboxId])
    expect(await query({ metadata: both, state: ['running'] })).toEqual([first.sandboxId])
    await Promise.all([first.kill(), second.kill()])
  })

  test.each(['asc', 'desc'] as const)('pages in %s order show each sandbox once', async (order) => {
    const made = []
    for (let count = 0; count < 3; count++) made.push(await client().Sandbox.create())
    const pages = client().Sandbox.list({ limit: 2, order })
    const seen: string[] = []
    while (pages.hasNext) seen.push(...(await pages.nextItems()).map(({ sandboxId }) => sandboxId))
    const ids = made.map(({ sandboxId }) => sandboxId)
    expect(seen).toEqual(order === 'asc' ? ids : ids.reverse())
    await Promise.all(made.map((sandbox) => sandbox.kill()))
  })

  test('a list starts at the very moment that startedAfter names', async () => {
    const sandbox = await client().Sandbox.create()
    const { startedAt } = await sandbox.getInfo()
    const since = async (moment: number) =>
      (
        await client()
          .Sandbox.list({ query: { startedAfter: new Date(moment) } })
          .nextItems()
      ).map(({ sandboxId }) => sandboxId)
    expect(await since(startedAt.getTime())).toContain(sandbox.sandboxId)
    expect(await since(startedAt.getTime() + 1)).not.toContain(sandbox.sandboxId)
    await sandbox.kill()
  })

  test('a timeout of 0 is refused at creation', async () => {
    await expect(client().Sandbox.create({ timeoutMs: 0 })).rejects.toThrow(
      'Timeout must be greater than 0',
    )
  })

  test('setTimeout moves the end both ways; connect never moves it closer', async () => {
    const sandbox = await client().Sandbox.create({ timeoutMs: 60_000 })
    const secondsLeft = async () =>
      Math.round(((await sandbox.getInfo()).endAt.getTime() - Date.now()) / 1000)
    await sandbox.setTimeout(600_000)
    expect(await secondsLeft()).toBeGreaterThan(500)
    await client().Sandbox.connect(sandbox.sandboxId, { timeoutMs: 10_000 })
    expect(await secondsLeft()).toBeGreaterThan(500)
    await sandbox.setTimeout(100_000)
    expect(await secondsLeft()).toBeLessThan(101)
    await client().Sandbox.connect(sandbox.sandboxId, { timeoutMs: 300_000 })
    expect(await secondsLeft()).toBeGreaterThan(200)
    await sandbox.kill()
  })

  test('no sandbox runs for over an hour: a longer timeout is refused, moving the end is limited', async () => {
    const tooLong = { timeoutMs: 3_601_000 }
    await expect(client().Sandbox.create(tooLong)).rejects.toMatchObject({ statusCode: 400 })
    const sandbox = await client().Sandbox.create()
    await expect(client().Sandbox.connect(sandbox.sandboxId, tooLong)).rejects.toMatchObject({
      statusCode: 400,
    })
    await sandbox.setTimeout(7_200_000)
    const { startedAt, endAt } = await sandbox.getInfo()
    expect(endAt.getTime() - startedAt.getTime()).toBe(3_600_000)
    await sandbox.kill()
  })

  test('a command in an ended sandbox fails with that reason', async () => {
    const sandbox = await client().Sandbox.create()
    await sandbox.kill()
    await expect(sandbox.commands.run('true')).rejects.toThrow(SandboxNotFoundError)
    await expect(sandbox.files.read('x')).rejects.toThrow('timeout')
  })

  test.each([
    ['iam', { iam: { tokens: { aws: { audience: 'a', tokenType: 'JWT-SVID' } } } }],
    ['volumes', { volumeMounts: { '/data': 'v' } }],
    ['MCP', { mcp: { browserbase: {} } }],
  ])('creating with %s is refused by name', async (what, options) => {
    await expect(client().Sandbox.create(options as object)).rejects.toThrow(
      new RegExp(`501.*${what}.*not implemented`),
    )
    expect(server().sandboxes()).toEqual([])
  })

  test('unsupported calls of the cloud are refused by name', async () => {
    const sandbox = await client().Sandbox.create()
    await expect(sandbox.createSnapshot()).rejects.toThrow(/501.*snapshot/)
    await expect(sandbox.getMetrics()).rejects.toThrow(/501.*metrics/)
    await expect(sandbox.pty.create({ cols: 80, rows: 24, onData: () => {} })).rejects.toThrow(
      'PTY is not implemented',
    )
    await expect(client().Volume.list()).rejects.toThrow(/501.*volumes/)
    await expect(client().Secret.list().nextItems()).rejects.toThrow(/501.*secrets/)
    await expect(sandbox.commands.run('true', { cwd: '/nope' })).rejects.toThrow(
      InvalidArgumentError,
    )
    await sandbox.kill()
  })

  test('an invalid body is refused with the reason', async () => {
    const post = async (body: string) => {
      const response = await fetch(`${server().url}/v2/sandboxes`, {
        method: 'POST',
        headers: { 'x-api-key': server().env.E2B_API_KEY },
        body,
      })
      return await response.json()
    }
    expect(await post('{')).toEqual({ code: 400, message: 'the request body is not JSON' })
    expect(await post('{"templateID":"base","timeout":"x"}')).toMatchObject({
      code: 400,
      message: expect.stringContaining('timeout'),
    })
    expect(await post('{"templateID":"base","surprise":1}')).toMatchObject({
      code: 400,
      message: expect.stringContaining('surprise'),
    })
  })
})
