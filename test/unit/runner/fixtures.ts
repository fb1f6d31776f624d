/** Setup of a runner test: a sandbox, a callback and a scripted model, and jobs for them. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type Model, startModel } from '../../../local/model/server.ts'
import type { Job } from '../../../src/contract/runner.ts'
import { type CallbackServer, startCallback } from './callback-server.ts'
import { type Cli, createSandbox, type Sandbox } from './sandbox-folder.ts'

/** Generous, because a busy machine must not fail a test. */
export const PATIENCE = 60_000

export const API_KEY = 'model-api-key-canary'

export type Fixture = { model: Model; callback: CallbackServer; sandbox: Sandbox }

/**
 * The tests of a file share the model; each has its own sandbox and callback. `BATON_CLI=real` uses Claude Code
 * everywhere.
 */
export function setUpRunner(wanted: Cli = 'real'): Fixture {
  const cli = process.env.BATON_CLI === 'real' ? 'real' : wanted
  const fixture: Partial<Fixture> = {}
  const cleanups: (() => unknown)[] = []
  beforeAll(async () => {
    fixture.model = await startModel({ apiKey: API_KEY })
  })
  beforeEach(async () => {
    const callback = await startCallback()
    const sandbox = await createSandbox(cli)
    Object.assign(fixture, { callback, sandbox })
    cleanups.push(sandbox.remove, callback.close)
  }, PATIENCE)
  afterAll(async () => {
    for (const cleanup of cleanups) await cleanup()
    await fixture.model?.close()
  }, PATIENCE)

  const part = <Name extends keyof Fixture>(name: Name): Fixture[Name] => {
    const value = fixture[name]
    if (!value) throw new Error(`the fixture's ${name} is there only inside a test`)
    return value
  }
  return {
    get model() {
      return part('model')
    },
    get callback() {
      return part('callback')
    },
    get sandbox() {
      return part('sandbox')
    },
  }
}

export const framed = (header: string, content: string) =>
  `${header}\n\`\`\`\`\`\`\n${content}\n\`\`\`\`\`\``

export const shellTask = (script: string, marks = '') =>
  framed('[TASK]', `Run this.\n\n\`\`\`sh\n${script}\n\`\`\`\n${marks}`)

/** Returns a worker's first leg in this fixture, saved as `leg-1`. */
export function jobIn(
  { model, callback }: Fixture,
  prompt: string,
  changes: Partial<Job> = {},
): Job {
  return {
    role: 'worker',
    prompt,
    systemPrompt: 'You are a worker.',
    cliSession: randomUUID(),
    save: { key: 'leg-1', url: callback.objectUrl('leg-1') },
    timeLimitSeconds: 60,
    heartbeatSeconds: 30,
    model: { baseUrl: model.url, apiKey: API_KEY },
    files: [],
    ...changes,
  }
}
