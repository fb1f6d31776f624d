/** How a job ends if it fails, and its message. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tokenOf } from './callback-server.ts'
import { API_KEY, framed, jobIn, PATIENCE, setUpRunner, shellTask } from './fixtures.ts'

const fixture = setUpRunner()

test('a job is ended at its time limit, with a message', { timeout: PATIENCE }, async () => {
  const { callback, sandbox } = fixture
  callback.offer(1, jobIn(fixture, shellTask('sleep 300'), { timeLimitSeconds: 10 }))
  await (await sandbox.launch(1, callback.url)).exit()
  expect(callback.results).toMatchObject([{ outcome: 'timeout' }])
  expect(callback.results[0]?.activity[0]).toContain('sleep 300')
  expect(callback.results[0]?.usage?.inputTokens).toBeGreaterThan(0)
  expect(sandbox.processes()).toEqual([])
  expect(callback.objects.has('leg-1')).toBe(true)
})

test('a model that never responds ends with the time limit', { timeout: PATIENCE }, async () => {
  const { callback, sandbox } = fixture
  callback.offer(1, jobIn(fixture, shellTask('true', '@hang'), { timeLimitSeconds: 2 }))
  await (await sandbox.launch(1, callback.url)).exit()
  expect(callback.results).toMatchObject([{ outcome: 'timeout', text: '' }])
})

test('a killed Claude Code is a failure with its signal', {
  timeout: PATIENCE,
}, async () => {
  const { callback, sandbox } = fixture
  callback.offer(1, jobIn(fixture, shellTask('true', '@crash')))
  await (await sandbox.launch(1, callback.url)).exit()
  expect(callback.results).toMatchObject([{ outcome: 'failed' }])
  expect(callback.results[0]?.error).toMatch(/ended by SIGKILL/)
})

test('an API error is a failure that names it, without token or key', {
  timeout: PATIENCE,
}, async () => {
  const { callback, model, sandbox } = fixture
  const message = `no such thing for ${API_KEY} or ${tokenOf(1)}`
  for (let again = 0; again < 8; again++) model.faults.push({ error: { status: 400, message } })
  callback.offer(1, jobIn(fixture, shellTask('true')))
  await (await sandbox.launch(1, callback.url)).exit()
  model.faults.length = 0
  const [result] = callback.results
  expect(result).toMatchObject({ outcome: 'failed' })
  expect(result?.error).toContain('API Error: 400')
  expect(result?.error).toContain('no such thing for [redacted] or [redacted]')
  expect(JSON.stringify(result)).not.toContain(API_KEY)
})

test('a missing Claude Code is a failure that says so', {
  timeout: PATIENCE,
}, async () => {
  const { callback, sandbox } = fixture
  await rm(join(sandbox.home, '../bin/claude'))
  callback.offer(1, jobIn(fixture, shellTask('true')))
  await (await sandbox.launch(1, callback.url)).exit()
  expect(callback.results[0]).toMatchObject({ outcome: 'failed' })
  expect(callback.results[0]?.error).toContain('claude ENOENT')
})

test('a prompt that Claude Code would take for a command of its own is refused', {
  timeout: PATIENCE,
}, async () => {
  const { callback, sandbox } = fixture
  callback.offer(1, jobIn(fixture, ` /cost\n${framed('[TASK]', 'x')}`))
  await (await sandbox.launch(1, callback.url)).exit()
  expect(callback.results[0]?.error).toContain('begins with "/"')
})

test('background processes of a command end with the job', {
  timeout: PATIENCE,
}, async () => {
  const { callback, sandbox } = fixture
  const stubborn = `(trap "" TERM; exec setsid sleep 300) &`
  callback.offer(1, jobIn(fixture, shellTask(`sleep 300 & ${stubborn} echo started`)))
  await (await sandbox.launch(1, callback.url)).exit()
  expect(callback.results).toMatchObject([{ outcome: 'done' }])
  expect(sandbox.processes()).toEqual([])
})

test('a transcript that cannot be uploaded does not lose the result', {
  timeout: PATIENCE,
}, async () => {
  const { callback, sandbox } = fixture
  callback.offer(1, jobIn(fixture, shellTask('true')))
  callback.refusals.object.push(403)
  await (await sandbox.launch(1, callback.url)).exit()
  expect(callback.results).toMatchObject([{ outcome: 'done' }])
  expect(callback.results[0]).not.toHaveProperty('error')
})
