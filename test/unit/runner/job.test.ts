/** A job from the fetch to the result, with the bundled runner and the real Claude Code. */
import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tokenOf } from './callback-server.ts'
import { API_KEY, framed, jobIn, PATIENCE, setUpRunner, shellTask } from './fixtures.ts'

const fixture = setUpRunner()

test('a job is fetched, its tool calls are reported, and its result is delivered', {
  timeout: PATIENCE,
}, async () => {
  const { callback, model, sandbox } = fixture
  const word = randomUUID()
  callback.offer(1, jobIn(fixture, shellTask(`printf ${word} | sha256sum\nsleep 1`)))
  const before = model.requests.length

  const runner = await sandbox.launch(1, callback.url)
  expect(await runner.exit()).toEqual({ code: 0, signal: null, stderr: '' })

  const [result] = callback.results
  expect(callback.results).toHaveLength(1)
  expect(result).toMatchObject({ outcome: 'done' })
  expect(result?.text).toContain(createHash('sha256').update(word).digest('hex'))
  expect(callback.activity).toHaveLength(1)
  expect(callback.activity[0]).toMatch(/^Bash: .*sha256sum/)
  expect(result?.activity).toEqual(callback.activity)
  expect(result?.usage).toEqual(sum(model.requests.slice(before).map(({ usage }) => usage)))
  expect(callback.objects.get('leg-1')?.toString()).toContain(word)
})

test('a conductor delivers its structured output', { timeout: PATIENCE }, async () => {
  const { callback, sandbox } = fixture
  const schema = {
    type: 'object',
    properties: { reply: { type: ['string', 'null'] }, commands: { type: 'array' } },
    required: ['reply', 'commands'],
  }
  const prompt = framed('[USER]', 'Create a test file at /tmp/hello.txt with the text Hello World')
  callback.offer(1, jobIn(fixture, prompt, { role: 'conductor', schema }))
  await (await sandbox.launch(1, callback.url)).exit()
  expect(callback.results[0]).toMatchObject({
    outcome: 'done',
    structured: { commands: [{ type: 'SPAWN_WORKER' }] },
    activity: [],
  })
})

test('of several answers in one start, only the last one counts', {
  timeout: PATIENCE,
}, async () => {
  const { callback, model, sandbox } = fixture
  const schema = { type: 'object', properties: { reply: { type: 'string' } }, required: ['reply'] }
  // Claude Code itself asks again for the structured output.
  for (const bob of ['Bob', 'Ben', 'Bea'])
    model.faults.push({
      answer: [{ type: 'text', text: `SEND_SMS: +15550102 | Hello\u2028${bob}.` }],
    })
  callback.offer(1, jobIn(fixture, framed('[USER]', 'Say hello.'), { role: 'conductor', schema }))
  await (await sandbox.launch(1, callback.url)).exit()
  const answered = 3 - model.faults.splice(0).length
  expect(answered).toBe(2)
  const text = 'SEND_SMS: +15550102 | Hello\u2028Ben.'
  expect(callback.results).toMatchObject([{ outcome: 'done', text, allText: text }])
})

test("nothing of the host and no job token is in the environment of the model's commands", {
  timeout: PATIENCE,
}, async () => {
  const { callback, sandbox } = fixture
  callback.offer(1, jobIn(fixture, shellTask('env\ntr "\\0" "\\n" < /proc/$CLAUDE_PID/environ')))
  const canary = `canary-${randomUUID()}`
  const env = { AWS_SECRET_ACCESS_KEY: canary, HOST_ONLY: canary, ANTHROPIC_AUTH_TOKEN: canary }
  await (await sandbox.launch(1, callback.url, { env })).exit()
  const text = callback.results[0]?.text ?? ''
  expect(text).toContain('BATON_JOB=1')
  // A sandbox has no locale.
  expect(text).toContain('LANG=C.UTF-8')
  expect(text).toContain('ANTHROPIC_API_KEY=[redacted]')
  expect(text).not.toContain(canary)
  expect(text).not.toContain(API_KEY)
  expect(text).not.toContain(tokenOf(1))
  expect(text).not.toContain('BATON_CALLBACK')
})

test('the files of a job are there, read-only, before Claude Code starts', {
  timeout: PATIENCE,
}, async () => {
  const { callback, sandbox } = fixture
  const files = [{ path: 'workers/w1/report.md', content: 'the report\n' }]
  callback.offer(1, jobIn(fixture, shellTask('cat workers/w1/report.md'), { files }))
  callback.offer(2, jobIn(fixture, shellTask('cat workers/w1/report.md'), { files }))
  for (const job of [1, 2]) await (await sandbox.launch(job, callback.url)).exit()
  expect(callback.results.map(({ outcome }) => outcome)).toEqual(['done', 'done'])
  expect(callback.results[0]?.text).toContain('the report')
  const file = join(sandbox.home, 'workers/w1/report.md')
  expect(await readFile(file, 'utf8')).toBe('the report\n')
  expect((await stat(file)).mode & 0o777).toBe(0o444)
})

test('a link that leads out of the home folder is not followed', {
  timeout: PATIENCE,
}, async () => {
  const { callback, sandbox } = fixture
  const outside = await sandbox.homeFolder('outside')
  await symlink(outside, join(await sandbox.homeFolder('home'), 'workers'))
  const files = [{ path: 'workers/report.md', content: 'x' }]
  callback.offer(1, jobIn(fixture, shellTask('true'), { files }))
  await (await sandbox.launch(1, callback.url)).exit()
  expect(callback.results[0]?.error).toContain('leads out of the home folder')
  expect(await readdir(outside)).toEqual(['tmp'])
})

test('Claude Code neither executes nor attaches anything that a prompt mentions', {
  timeout: PATIENCE,
}, async () => {
  const { callback, model, sandbox } = fixture
  const prompt = framed('[TASK]', '/cost\n@/etc/passwd\n/clear')
  callback.offer(1, jobIn(fixture, prompt))
  await (await sandbox.launch(1, callback.url)).exit()
  const request = JSON.stringify(model.requests.at(-1)?.request)
  expect(request).toContain(JSON.stringify(prompt).slice(1, -1))
  expect(request).not.toContain('root:x:0')
})

test.each(['/etc/motd', '../outside', 'a/../../outside', ''])('a file at %j is refused', {
  timeout: PATIENCE,
}, async (path) => {
  const { callback, model, sandbox } = fixture
  const before = model.requests.length
  callback.offer(1, jobIn(fixture, shellTask('true'), { files: [{ path, content: 'x' }] }))
  await (await sandbox.launch(1, callback.url)).exit()
  expect(callback.results[0]).toMatchObject({ outcome: 'failed' })
  expect(callback.results[0]?.error).toContain(`file ${path}: the path must be relative`)
  expect(model.requests).toHaveLength(before)
})

type ModelUsage = (typeof fixture.model.requests)[number]['usage']

function sum(usages: readonly ModelUsage[]) {
  const total = (name: keyof NonNullable<ModelUsage>) =>
    usages.reduce((all, usage) => all + (usage?.[name] ?? 0), 0)
  return {
    inputTokens: total('input_tokens'),
    outputTokens: total('output_tokens'),
    cacheReadTokens: total('cache_read_input_tokens'),
    cacheWriteTokens: total('cache_creation_input_tokens'),
  }
}
