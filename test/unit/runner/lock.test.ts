/** The holder of the lock ends the processes of lower jobs before anything of its own job starts. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import * as z from 'zod'
import { takeLock } from '../../../sandbox/fencing.ts'
import { jobIn, PATIENCE, setUpRunner, shellTask } from './fixtures.ts'
import { isAlive } from './sandbox-folder.ts'

const fixture = setUpRunner('quick')

/** Writes its pids to `pids`. Only SIGKILL ends them, which comes after 3 s. */
const STUBBORN = 'trap "" TERM; setsid sleep 300 & echo "$$ $!" > pids; wait; sleep 300'
/** Writes to `seen` which of those processes still run. */
const LOOK = 'for pid in $(cat pids); do readlink /proc/$pid/exe; done > seen; echo looked'

/** Starts job 1, which begins with `script`. Resolves once it runs processes that do not end by themselves. */
async function startStubborn(script = 'true') {
  const { callback, sandbox } = fixture
  callback.offer(1, jobIn(fixture, shellTask(`${script}\n${STUBBORN}`)))
  const { exit } = await sandbox.launch(1, callback.url)
  return { exit, pids: await sandbox.pidsIn('pids') }
}

test.each([
  'true',
  'rm -r ~/.baton/jobs',
])('Claude Code starts once nothing is left of a lower job, which began with: %s', {
  timeout: PATIENCE,
}, async (script) => {
  const { callback, sandbox } = fixture
  const lower = await startStubborn(script)
  callback.offer(2, jobIn(fixture, shellTask(LOOK)))
  await (await sandbox.launch(2, callback.url)).exit()
  await lower.exit()
  expect(callback.results).toMatchObject([{ outcome: 'done' }])
  expect(await readFile(join(sandbox.home, 'seen'), 'utf8')).toBe('')
})

test.each([409, 403])('a job that gets %i at the fetch ends lower ones before it leaves', {
  timeout: PATIENCE,
}, async (status) => {
  const { callback, sandbox } = fixture
  const { pids, exit } = await startStubborn()
  callback.refusals.job.push(status)
  await (await sandbox.launch(2, callback.url)).exit()
  expect(pids.filter(isAlive)).toEqual([])
  await exit()
})

test('a lower job that is still fetching is ended', { timeout: PATIENCE }, async () => {
  const { callback, sandbox } = fixture
  const silent = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void silent.close().closeAllConnections())
  await once(silent, 'listening')
  const { port } = z.object({ port: z.number() }).parse(silent.address())
  const fetches = once(silent, 'request')
  const lower = await sandbox.launch(1, `http://127.0.0.1:${port}/callback`)
  await fetches
  callback.offer(2, jobIn(fixture, shellTask('true')))
  await (await sandbox.launch(2, callback.url)).exit()
  expect(await lower.exit()).toMatchObject({ code: 143 })
  expect(callback.results).toMatchObject([{ outcome: 'done' }])
})

test('one scan without findings is not enough while a lower number is published', async () => {
  const sandbox = `test-${randomUUID()}`
  vi.stubEnv('E2B_SANDBOX_ID', sandbox)
  onTestFinished(() => void vi.unstubAllEnvs())
  const folder = await mkdtemp(join(tmpdir(), 'baton-jobs-'))
  onTestFinished(() => rm(folder, { recursive: true }))

  await takeLock(1, folder)
  const lock = await takeLock(2, folder)
  const ended = lock?.endLower()
  // The first scan is over, and the next one cannot begin before this process exists.
  const env = { BATON_JOB: '1', E2B_SANDBOX_ID: sandbox }
  const missed = spawn('/bin/sleep', ['300'], { env, stdio: 'ignore' })
  onTestFinished(() => void missed.kill('SIGKILL'))
  const environment = `/proc/${missed.pid}/environ`
  while (!readFileSync(environment, 'utf8').includes(sandbox));
  await ended
  expect(isAlive(missed.pid ?? 0)).toBe(false)
})
