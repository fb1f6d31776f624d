/** Of the jobs started in one sandbox, only the one with the highest number runs. */
import { expect, test } from 'vitest'
import { tokenOf } from './callback-server.ts'
import { jobIn, PATIENCE, setUpRunner, shellTask } from './fixtures.ts'
import { isAlive } from './sandbox-folder.ts'

const fixture = setUpRunner()

test('a job that is started several times concurrently runs once', {
  timeout: PATIENCE,
}, async () => {
  const { callback, sandbox } = fixture
  callback.offer(1, jobIn(fixture, shellTask('echo ran >> runs; cat runs')))
  const starts = await Promise.all(Array.from({ length: 5 }, () => sandbox.launch(1, callback.url)))
  for (const { exit } of starts) expect(await exit()).toMatchObject({ code: 0, stderr: '' })
  expect(callback.fetched).toEqual([tokenOf(1)])
  expect(callback.results).toHaveLength(1)
})

test('a higher job ends a lower one with all its processes, and then runs', {
  timeout: PATIENCE,
}, async () => {
  const { callback, sandbox } = fixture
  const unmarked = `setsid sh -c 'env -i sleep 300 & wait' &`
  const stubborn = `echo "$$ $CLAUDE_PID" > pids; trap "" TERM; setsid sleep 300 & sleep 300; sleep 300`
  callback.offer(1, jobIn(fixture, shellTask(`${unmarked}\n${stubborn}`)))
  callback.offer(2, jobIn(fixture, shellTask('cat pids')))
  const lower = await sandbox.launch(1, callback.url)
  const pids = await sandbox.pidsIn('pids')
  expect(pids.filter(isAlive)).toEqual(pids)

  const higher = await sandbox.launch(2, callback.url)
  await lower.exit()
  expect(await higher.exit()).toMatchObject({ code: 0, stderr: '' })
  expect(pids.filter(isAlive)).toEqual([])
  expect(sandbox.processes()).toEqual([])
  expect(callback.results).toMatchObject([{ outcome: 'done' }])
})

test('a lower job that comes late does nothing', { timeout: PATIENCE }, async () => {
  const { callback, sandbox } = fixture
  callback.offer(9, jobIn(fixture, shellTask('true')))
  callback.offer(10, jobIn(fixture, shellTask('true')))
  await (await sandbox.launch(10, callback.url)).exit()
  expect(await (await sandbox.launch(9, callback.url)).exit()).toMatchObject({ code: 0 })
  expect(callback.fetched).toEqual([tokenOf(10)])
})

test('of concurrent jobs in any order, the highest delivers its result', {
  timeout: PATIENCE,
}, async () => {
  const { callback, sandbox } = fixture
  const numbers = [2, 4, 1, 3]
  for (const number of numbers) callback.offer(number, jobIn(fixture, shellTask(`echo ${number}`)))
  const runners = await Promise.all(numbers.map((number) => sandbox.launch(number, callback.url)))
  for (const { exit } of runners) await exit()
  expect(callback.results.at(-1)?.text).toContain('4')
  expect(sandbox.processes()).toEqual([])
})

test('a job of another sandbox on the same machine keeps running', {
  timeout: PATIENCE,
}, async () => {
  const { callback, sandbox } = fixture
  const neighbour = { home: 'neighbour', env: { E2B_SANDBOX_ID: 'a-neighbour' } }
  callback.offer(1, jobIn(fixture, shellTask('echo $$ > pids; sleep 3')))
  callback.offer(2, jobIn(fixture, shellTask('true')))
  const first = await sandbox.launch(1, callback.url, neighbour)
  await sandbox.pidsIn('pids', 'neighbour')
  await (await sandbox.launch(2, callback.url)).exit()
  await first.exit()
  expect(callback.results.map(({ outcome }) => outcome)).toEqual(['done', 'done'])
})
