/** The files that a job links to: downloaded before Claude Code starts, or reported to it as missing. */
import { mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { jobIn, PATIENCE, setUpRunner, shellTask } from './fixtures.ts'

const fixture = setUpRunner('quick')

const artifact = (name: string, size: number, stored = name) => ({
  path: `workers/w1/artifacts/${name}`,
  url: fixture.callback.objectUrl(stored),
  size,
})

async function run(script: string, downloads: ReturnType<typeof artifact>[]) {
  const { callback, model, sandbox } = fixture
  callback.offer(1, jobIn(fixture, shellTask(script), { downloads }))
  await (await sandbox.launch(1, callback.url)).exit()
  expect(callback.results).toMatchObject([{ outcome: 'done' }])
  return {
    text: callback.results[0]?.text ?? '',
    asked: JSON.stringify(model.requests.at(-1)?.request),
  }
}

test('a file is downloaded, read-only, before Claude Code starts', {
  timeout: PATIENCE,
}, async () => {
  const content = Buffer.from([0, 1, 2, 255, 254])
  fixture.callback.objects.set('a.bin', content)
  const { text, asked } = await run('wc -c < workers/w1/artifacts/a.bin', [artifact('a.bin', 5)])
  expect(text).toContain('5')
  expect(asked).not.toContain('could not be fetched')
  const file = join(fixture.sandbox.home, 'workers/w1/artifacts/a.bin')
  expect(await readFile(file)).toEqual(content)
  expect((await stat(file)).mode & 0o777).toBe(0o444)
})

test('a file that is missing or different is reported, and the job continues', {
  timeout: PATIENCE,
}, async () => {
  fixture.callback.objects.set('short', Buffer.from('abc')).set('good', Buffer.from('abc'))
  const downloads = [artifact('gone', 3), artifact('short', 4), artifact('good', 3)]
  const { text, asked } = await run('ls workers/w1/artifacts', downloads)
  expect(text).toContain('good')
  expect(text).not.toMatch(/gone|short/)
  expect(asked).toContain('These files could not be fetched:')
  expect(asked).toContain('- ~/workers/w1/artifacts/gone: it no longer exists')
  expect(asked).toContain('- ~/workers/w1/artifacts/short: got 3 bytes instead of 4')
  expect(asked).not.toContain('secret-canary')
})

test('a link that leads out of the home folder is not followed', {
  timeout: PATIENCE,
}, async () => {
  const { callback, sandbox } = fixture
  callback.objects.set('a', Buffer.from('abc'))
  const outside = await sandbox.homeFolder('outside')
  const worker = join(await sandbox.homeFolder('home'), 'workers/w1')
  await mkdir(worker, { recursive: true })
  await symlink(outside, join(worker, 'artifacts'))
  const { asked } = await run('true', [artifact('a', 3)])
  expect(asked).toContain('leads out of the home folder')
  expect(await readdir(outside)).toEqual(['tmp'])
})
