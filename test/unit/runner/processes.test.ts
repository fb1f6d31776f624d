/** Which processes belong to a job, and how they are ended. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { endProcesses, findProcesses } from '../../../sandbox/processes.ts'
import { PATIENCE } from './fixtures.ts'
import { isAlive } from './sandbox-folder.ts'

const started: ChildProcess[] = []
beforeEach(() => void vi.stubEnv('BATON_SANDBOX', `test-${randomUUID()}`))
afterEach(() => {
  vi.unstubAllEnvs()
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

/** A shell of this job. Resolves with the pids that it prints. */
async function shell(job: number, script: string, marks: NodeJS.ProcessEnv = {}) {
  const { BATON_SANDBOX } = process.env
  const env = { PATH: '/usr/bin:/bin', BATON_JOB: String(job), BATON_SANDBOX, ...marks }
  const child = spawn('sh', ['-c', script], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  started.push(child)
  const [output] = await once(child.stdout, 'data')
  return String(output).trim().split(' ').map(Number)
}

const isJob1 = (job: number) => job === 1
const byNumber = (a: number, b: number) => a - b

test("a child that has cleared its environment belongs to its parent's job", async () => {
  const pids = await shell(1, 'env -i sleep 300 & echo $$ $!; wait')
  await expect.poll(() => findProcesses(isJob1).sort(byNumber)).toEqual(pids.sort(byNumber))
  await endProcesses(() => findProcesses(isJob1))
  expect(pids.filter(isAlive)).toEqual([])
})

test('other jobs, other sandboxes and this process are not found', async () => {
  vi.stubEnv('BATON_JOB', '1')
  await shell(2, 'echo $$; sleep 300')
  await shell(1, 'echo $$; sleep 300', { BATON_SANDBOX: 'another' })
  expect(findProcesses(isJob1)).toEqual([])
})

test('a process that ignores SIGTERM is killed', { timeout: PATIENCE }, async () => {
  const pids = await shell(1, 'trap "" TERM; setsid sleep 300 & echo $$ $!; wait; sleep 300')
  await endProcesses(() => findProcesses(isJob1))
  expect(pids.filter(isAlive)).toEqual([])
})

test("E2B's variable may change under a job, and without Baton's own it counts", async () => {
  vi.stubEnv('E2B_SANDBOX_ID', 'the-real-one')
  const early = { E2B_SANDBOX_ID: 'of-the-template' }
  const pids = await shell(1, 'echo $$; sleep 300', early)
  await shell(1, 'echo $$; sleep 300', { ...early, BATON_SANDBOX: undefined })
  expect(findProcesses(isJob1)).toEqual(expect.arrayContaining(pids))
  expect(findProcesses(isJob1).filter((pid) => !pids.includes(pid))).toHaveLength(1)
  vi.stubEnv('BATON_SANDBOX', undefined)
  expect(findProcesses(isJob1)).toEqual([])
})
