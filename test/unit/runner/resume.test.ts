/** A conversation continues from exactly the transcript that its job names. */
import { randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { framed, jobIn, PATIENCE, setUpRunner, shellTask } from './fixtures.ts'

const fixture = setUpRunner()

const instructions = (what: string) => framed('[INSTRUCTIONS]', what)
const lastRequest = () => JSON.stringify(fixture.model.requests.at(-1)?.request)

/** The jobs of one worker: a first leg, and later ones from the transcript of an earlier one. */
function legs() {
  const cliSession = randomUUID()
  const link = (key: string) => ({ key, url: fixture.callback.objectUrl(key) })
  return (key: string, prompt: string, from?: string) =>
    jobIn(fixture, prompt, { cliSession, save: link(key), ...(from && { resume: link(from) }) })
}

async function run(number: number, job: ReturnType<typeof jobIn>, home = 'home') {
  const { callback, sandbox } = fixture
  callback.offer(number, job)
  await (await sandbox.launch(number, callback.url, { home })).exit()
  return callback.results.at(-1)
}

test('in an empty sandbox, the transcript is downloaded', { timeout: PATIENCE }, async () => {
  const leg = legs()
  const first = await run(1, leg('leg-1', shellTask('echo the-first-leg', '@fail-once')))
  expect(first?.text).toContain('exit status 1')
  const second = await run(2, leg('leg-2', instructions('Once more.'), 'leg-1'), 'another.home_2')
  expect(second).toMatchObject({ outcome: 'done' })
  expect(second?.text).toContain('exit status 0\n\n```\nthe-first-leg\n```')
  expect(fixture.callback.objects.has('leg-2')).toBe(true)
})

test('in the same sandbox, the kept transcript is used and not downloaded', {
  timeout: PATIENCE,
}, async () => {
  const leg = legs()
  await run(1, leg('leg-1', shellTask('echo the-first-leg')))
  fixture.callback.objects.clear()
  const second = await run(2, leg('leg-2', instructions('Once more.'), 'leg-1'))
  expect(second?.text).toContain('the-first-leg')
})

test('a repeated leg does not see the first attempt', {
  timeout: PATIENCE,
}, async () => {
  const leg = legs()
  await run(1, leg('leg-1', shellTask('echo the-base')))
  await run(2, leg('leg-2', instructions('first attempt'), 'leg-1'))
  await run(3, leg('leg-2', instructions('second attempt'), 'leg-1'))
  expect(lastRequest()).toContain('the-base')
  expect(lastRequest()).toContain('second attempt')
  expect(lastRequest()).not.toContain('first attempt')
})

test('a repeated first leg starts anew', { timeout: PATIENCE }, async () => {
  const leg = legs()
  await run(1, leg('leg-1', shellTask('echo attempt-one', '@crash')))
  const again = await run(2, leg('leg-1', shellTask('echo attempt-two')))
  expect(again).toMatchObject({ outcome: 'done' })
  expect(lastRequest()).not.toContain('attempt-one')
})

test('a changed system prompt takes effect', { timeout: PATIENCE }, async () => {
  const leg = legs()
  await run(1, { ...leg('leg-1', shellTask('true')), systemPrompt: 'the old rules' })
  await run(2, { ...leg('leg-2', instructions('Go on.'), 'leg-1'), systemPrompt: 'the new rules' })
  expect(lastRequest()).toContain('the new rules')
  expect(lastRequest()).not.toContain('the old rules')
})

test('a lost transcript does not end the conversation: it starts anew, and the worker is told', {
  timeout: PATIENCE,
}, async () => {
  const leg = legs()
  const result = await run(1, leg('leg-2', shellTask('echo from-anew'), 'leg-1'))
  expect(result).toMatchObject({ outcome: 'done', transcriptSaved: true })
  expect(result?.text).toContain('from-anew')
  expect(lastRequest()).toContain('could not be restored')
})

test('only transcripts that may be needed again are kept', {
  timeout: PATIENCE,
}, async () => {
  const leg = legs()
  await run(1, leg('leg/1', shellTask('true')))
  await run(2, leg('leg/2', instructions('Go on.'), 'leg/1'))
  await run(3, leg('leg/3', instructions('Go on.'), 'leg/2'))
  const kept = await readdir(join(fixture.sandbox.home, '.baton/transcripts'))
  expect(kept.sort()).toEqual(['leg%2F2.jsonl', 'leg%2F3.jsonl'])
})
