/** A superseded job exits wherever it finds out. */
import { expect, test } from 'vitest'
import { jobIn, PATIENCE, setUpRunner, shellTask } from './fixtures.ts'
import { isAlive } from './sandbox-folder.ts'

const fixture = setUpRunner()
const soon = { timeout: PATIENCE, interval: 50 }

test('at the fetch: Claude Code is not started', { timeout: PATIENCE }, async () => {
  const { callback, model, sandbox } = fixture
  const before = model.requests.length
  callback.offer(1, jobIn(fixture, shellTask('true')))
  callback.refusals.job.push(409)
  const exit = await (await sandbox.launch(1, callback.url)).exit()
  expect(exit).toEqual({ code: 0, signal: null, stderr: '' })
  expect(model.requests).toHaveLength(before)
  expect(callback.results).toEqual([])
})

test('at a heartbeat: Claude Code and its commands are ended', { timeout: PATIENCE }, async () => {
  const { callback, sandbox } = fixture
  const prompt = shellTask('echo "$$ $CLAUDE_PID" > pids; sleep 300 & setsid sleep 300 & sleep 300')
  callback.offer(1, jobIn(fixture, prompt, { heartbeatSeconds: 0.1 }))
  const runner = await sandbox.launch(1, callback.url)
  const pids = await sandbox.pidsIn('pids')
  callback.refusals.heartbeat.push(409)
  expect(await runner.exit()).toEqual({ code: 0, signal: null, stderr: '' })
  expect(pids.filter(isAlive)).toEqual([])
  expect(sandbox.processes()).toEqual([])
  expect(callback.results).toEqual([])
})

test.each([403, 409])('at the result, with %i: it is not sent again', {
  timeout: PATIENCE,
}, async (status) => {
  const { callback, sandbox } = fixture
  callback.offer(1, jobIn(fixture, shellTask('true')))
  callback.refusals.result.push(status)
  await (await sandbox.launch(1, callback.url)).exit()
  expect(callback.refusals.result).toEqual([])
  expect(callback.results).toEqual([])
})

test('a refused token is an error, not a job', { timeout: PATIENCE }, async () => {
  const { callback, sandbox } = fixture
  const exit = await (await sandbox.launch(1, callback.url)).exit()
  expect(exit).toMatchObject({ code: 1, stderr: expect.stringContaining('403') })
})

test('temporary errors are retried, at every request', { timeout: PATIENCE }, async () => {
  const { callback, sandbox } = fixture
  callback.offer(1, jobIn(fixture, shellTask('sleep 1'), { heartbeatSeconds: 0.2 }))
  callback.refusals.job.push(503, 500)
  callback.refusals.heartbeat.push(503)
  callback.refusals.object.push(503)
  callback.refusals.result.push(502, 404)
  await (await sandbox.launch(1, callback.url)).exit()
  expect(callback.results).toMatchObject([{ outcome: 'done' }])
  expect(callback.activity).toHaveLength(1)
  expect(callback.objects.has('leg-1')).toBe(true)
  expect(Object.values(callback.refusals).flat()).toEqual([])
})

test('a runner that is told to end ends Claude Code and its commands', {
  timeout: PATIENCE,
}, async () => {
  const { callback, sandbox } = fixture
  callback.offer(
    1,
    jobIn(fixture, shellTask('echo $$ > pids; trap "" TERM; sleep 300 & wait; sleep 300')),
  )
  const runner = await sandbox.launch(1, callback.url)
  const pids = await sandbox.pidsIn('pids')
  runner.kill('SIGTERM')
  expect(await runner.exit()).toMatchObject({ code: 143 })
  expect(pids.filter(isAlive)).toEqual([])
  await expect.poll(() => sandbox.processes(), soon).toEqual([])
  expect(callback.results).toEqual([])
})
