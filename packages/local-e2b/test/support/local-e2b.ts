/** A local E2B server for tests, and the real SDK configured for it. */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { E2B, type Sandbox } from 'e2b'
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest'
import type { E2BOptions, IsolationKind } from '../../src/options.ts'
import { type LocalE2B, startE2B } from '../../src/server.ts'
import { bwrapWorks } from './bwrap-works.ts'

const API_KEY = 'test-key'
const TEMPLATES = ['base', 'custom']

export interface TestServer {
  readonly server: LocalE2B
  readonly client: E2B
  readonly stateDir: string
  stop(): Promise<void>
}

/** Starts a server in a new folder, or the given one. `stop` ends it and removes a new folder. */
export async function startServer(options: Partial<E2BOptions> = {}): Promise<TestServer> {
  const { stateDir = mkdtempSync(join(tmpdir(), 'e2b-state-')) } = options
  const clean = () => (options.stateDir ? undefined : rm(stateDir, { recursive: true }))
  const server = await startE2B({
    isolation: 'none',
    apiKey: API_KEY,
    templates: TEMPLATES,
    tools: [{ name: 'node', file: process.execPath }],
    links: () => [],
    ...options,
    stateDir,
  }).catch(async (error) => {
    await clean()
    throw error
  })
  const stop = async () => {
    await server.close()
    await clean()
  }
  return { server, client: clientOf(server), stateDir, stop }
}

/** Like {@link startServer}, but stops the server when the test ends. */
export async function serverForTest(options: Partial<E2BOptions> = {}): Promise<TestServer> {
  const started = await startServer(options)
  onTestFinished(started.stop)
  return started
}

export const clientOf = ({ url }: Pick<LocalE2B, 'url'>, apiKey = API_KEY): E2B =>
  new E2B({ apiKey, apiUrl: url, sandboxUrl: url })

export interface Shared {
  readonly isolation: IsolationKind
  /** The server that all tests of the block use. */
  readonly server: () => LocalE2B
  readonly client: () => E2B
  /** The sandbox that all tests of the block use. */
  readonly sandbox: () => Sandbox
}

/**
 * Runs the same tests under each isolation, with a server and a sandbox. `bwrap` is skipped where it does not
 * work.
 */
export function describeEachIsolation(subject: string, tests: (shared: Shared) => void): void {
  describeUnderBwrap(`${subject}, isolated by bwrap`, (isolation) => shared(isolation, tests))
  describe(`${subject}, isolated by none`, () => shared('none', tests))
}

/** Defines tests that need bubblewrap; they are skipped where it does not work. */
export const describeUnderBwrap = (subject: string, tests: (isolation: 'bwrap') => void): void =>
  void describe.runIf(bwrapWorks)(subject, () => tests('bwrap'))

function shared(isolation: IsolationKind, tests: (shared: Shared) => void): void {
  const started: { test?: TestServer; sandbox?: Sandbox } = {}
  beforeAll(async () => {
    started.test = await startServer({ isolation })
    started.sandbox = await started.test.client.Sandbox.create('custom', {
      timeoutMs: 120_000,
      envs: { FOO: 'bar' },
    })
  })
  afterAll(() => started.test?.stop())
  tests({
    isolation,
    server: () => present(started.test).server,
    client: () => present(started.test).client,
    sandbox: () => present(started.sandbox),
  })
}

/** Returns the value. Throws if the setup did not create it. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the setup did not make it')
  return value
}
