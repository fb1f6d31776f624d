/** Processes that a job's commands started with sudo belong to root, and still end with the job. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { json, text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { bundleExecutable } from '../../../sandbox/bundle.ts'
import { PATIENCE } from './fixtures.ts'
import { isAlive } from './sandbox-folder.ts'

/** Any user but root. */
const NOBODY = 65_534

/**
 * Passes its arguments to the test, which may do as root what the user may not. It warns as the real one does if a command
 * has changed the name of the machine.
 */
const SUDO = `#!/bin/sh
echo 'sudo: unable to resolve host sandbox: Name or service not known' >&2
exec "$NODE" -e '
  const { SUDO_URL } = process.env
  fetch(SUDO_URL, { method: "POST", body: JSON.stringify(process.argv.slice(2)) })
    .then(async (response) => {
      const output = response.ok ? process.stdout : process.stderr
      output.write(await response.text())
    })
' -- "$@"
`

/** `refuses`: a command that is refused from then on, as if a command of the model had changed who may use sudo. */
async function startSudo(folder: string, refuses?: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const [command = '', ...args] = z.array(z.string()).parse(await json(request))
    if (command === refuses) return response.writeHead(403).end('sudo: a password is required')
    execFile(command, args, (_, stdout) => response.end(stdout))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  const file = path.join(folder, 'sudo')
  writeFileSync(file, SUDO)
  chmodSync(file, 0o755)
  const { port } = z.object({ port: z.number() }).parse(server.address())
  return `http://127.0.0.1:${port}`
}

/** Ends the processes of the job as its runner does, which is not root. */
async function endJob(folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const file = path.join(folder, 'end-job')
  await bundleExecutable(path.join(import.meta.dirname, 'end-job.ts'), file)
  const runner = spawn(process.execPath, [file], {
    env: { ...environment, NODE: process.execPath, PATH: `${folder}:/usr/bin:/bin` },
    uid: NOBODY,
    gid: NOBODY,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [stderr, [code]] = await Promise.all([text(runner.stderr), once(runner, 'exit')])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
}

/** Starts a process of root for each job, without a parent. Returns its folder, its markers and their ids. */
async function startProcesses() {
  const folder = mkdtempSync(path.join(tmpdir(), 'baton-sudo-'))
  chmodSync(folder, 0o755)
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const marks = { BATON_JOB: '1', BATON_SANDBOX: folder }
  const start = async (job: string) => {
    const shell = spawn('sh', ['-c', 'setsid sleep 300 >/dev/null & echo $!'], {
      env: { ...marks, PATH: '/usr/bin:/bin', BATON_JOB: job },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const pid = Number(await text(shell.stdout))
    onTestFinished(() => {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    })
    return pid
  }
  return { folder, marks, own: await start('1'), other: await start('2') }
}

const asRoot = test.runIf(process.getuid?.() === 0)

asRoot(
  'a process of root is found by its markers, also without its parent, and another job keeps its own',
  { timeout: PATIENCE },
  async () => {
    const { folder, marks, own, other } = await startProcesses()
    await endJob(folder, { ...marks, SUDO_URL: await startSudo(folder) })
    expect([isAlive(own), isAlive(other)]).toEqual([false, true])
  },
)

asRoot(
  'a job does not wait for processes of root that it may not end',
  { timeout: PATIENCE },
  async () => {
    const { folder, marks, own } = await startProcesses()
    await endJob(folder, { ...marks, SUDO_URL: await startSudo(folder, 'kill') })
    expect(isAlive(own)).toBe(true)
  },
)
