/**
 * A private folder in place of a sandbox: its own home, `baton-runner`, `claude` and `node` on PATH, nothing of
 * the host's environment.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'vitest'
import { installedCli } from '../../../local/tools.ts'
import { bundleExecutable, bundleRunner } from '../../../sandbox/bundle.ts'
import { tokenOf } from './callback-server.ts'

const CLAUDE = installedCli(join(import.meta.dirname, '../../..'))

const QUICK_CLAUDE = join(import.meta.dirname, '../../support/quick-claude.ts')

/** Bundled once in a test process. */
const programs = mkdtempSync(join(tmpdir(), 'baton-programs-'))
process.once('exit', () => rmSync(programs, { recursive: true, force: true }))
const bundled = new Map<string, Promise<string>>()

function program(name: string, bundle: (file: string) => Promise<void>): Promise<string> {
  const file = join(programs, name)
  const known = bundled.get(name) ?? bundle(file).then(() => file)
  bundled.set(name, known)
  return known
}

const quickClaude = () => program('quick-claude', (file) => bundleExecutable(QUICK_CLAUDE, file))

export type Sandbox = Awaited<ReturnType<typeof createSandbox>>

/** `quick` uses a replacement for the CLI. */
export type Cli = 'real' | 'quick'

export async function createSandbox(cli: Cli = 'real') {
  const folder = await mkdtemp(join(tmpdir(), 'baton.sandbox_'))
  const bin = join(folder, 'bin')
  const id = `test-${randomUUID()}`
  await mkdir(bin)
  await symlink(cli === 'real' ? CLAUDE : await quickClaude(), join(bin, 'claude'))
  await symlink(process.execPath, join(bin, 'node'))
  await symlink(await program('baton-runner', bundleRunner), join(bin, 'baton-runner'))
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

  /** Resolves with the pids that a command of the job writes to this file in its home folder. */
  async function pidsIn(file: string, home = 'home') {
    const content = () => readFile(join(folder, home, file), 'utf8').catch(() => '')
    await expect.poll(content, { timeout: 30_000, interval: 20 }).toMatch(/\d+\n/)
    return (await content()).trim().split(' ').map(Number)
  }

  /** The processes of this machine whose working folder is in this sandbox. */
  function processes() {
    const folders = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return folders.filter((pid) => workingFolder(pid).startsWith(folder)).map(Number)
  }

  return {
    home: join(folder, 'home'),
    pidsIn,
    processes,
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

function workingFolder(pid: string) {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

/** Whether a process runs; a zombie does not. */
export function isAlive(pid: number) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z')
  } catch {
    return false
  }
}
