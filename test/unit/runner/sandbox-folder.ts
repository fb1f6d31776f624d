/** A private folder that stands for a sandbox: its own home, `baton-runner`, `claude` and `node` on PATH, nothing of the host's environment. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { bundleRunner } from '../../../sandbox/bundle.ts'
import { tokenOf } from './callback-server.ts'

const CLAUDE = new URL(
  '../../../node_modules/@anthropic-ai/claude-code-linux-x64/claude',
  import.meta.url,
).pathname

export type Sandbox = Awaited<ReturnType<typeof createSandbox>>

export async function createSandbox() {
  const folder = await mkdtemp(join(tmpdir(), 'baton.sandbox_'))
  const bin = join(folder, 'bin')
  const id = `test-${randomUUID()}`
  await mkdir(bin)
  await symlink(CLAUDE, join(bin, 'claude'))
  await symlink(process.execPath, join(bin, 'node'))
  await bundleRunner(join(bin, 'baton-runner'))
  const running: { pid: number | undefined; ended: Promise<unknown> }[] = []

  /** Starts `baton-runner` for a job as the control plane does, in the home folder of this name. */
  async function launch(job: number, callback: string, { home = 'home', env = {} } = {}) {
    const place = await homeFolder(home)
    const runner = spawn('baton-runner', [], {
      cwd: place,
      env: {
        PATH: `${bin}:/usr/bin:/bin`,
        HOME: place,
        TMPDIR: join(place, 'tmp'),
        LANG: 'C.UTF-8',
        E2B_SANDBOX_ID: id,
        BATON_CALLBACK: callback,
        BATON_JOB_TOKEN: tokenOf(job),
        BATON_JOB: String(job),
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const stderr = text(runner.stderr)
    const ended = once(runner, 'exit')
    running.push({ pid: runner.pid, ended })
    return {
      kill: (signal: NodeJS.Signals) => runner.kill(signal),
      async exit() {
        await ended
        return { code: runner.exitCode, signal: runner.signalCode, stderr: await stderr }
      },
    }
  }

  async function homeFolder(name: string) {
    const home = join(folder, name)
    await mkdir(join(home, 'tmp'), { recursive: true })
    return home
  }

  return {
    home: join(folder, 'home'),
    homeFolder,
    launch,
    async remove() {
      for (const { pid, ended } of running) {
        if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGTERM')
        await ended
      }
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Whether a process runs; one that has ended but was not yet reaped does not. */
export function isAlive(pid: number) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
