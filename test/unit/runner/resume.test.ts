/** A conversation continues from exactly the transcript that its job names. */
import { randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { framed, jobIn, PATIENCE, setUpRunner, shellTask } from './fixtures.ts'

const fixture = setUpRunner('quick')

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

test('a lost transcript does not end the conversation: the job is given again, as to somebody who knows nothing', {
  timeout: PATIENCE,
}, async () => {
  const leg = legs()
  fixture.callback.offerForgetful(1, leg('leg-2', shellTask('echo from-anew')))
  const result = await run(1, leg('leg-2', instructions('Once more.'), 'leg-1'))
  expect(result).toMatchObject({ outcome: 'done', transcriptSaved: true, memoryLost: true })
  expect(result?.text).toContain('from-anew')
  expect(lastRequest()).toContain('could not be restored')
  const next = await run(2, leg('leg-3', instructions('Go on.'), 'leg-2'))
  expect(next?.text).toContain('from-anew')
  expect(next).not.toHaveProperty('memoryLost')
})

const refused = (code: string, message: string) => ({
  status: 403,
  body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
})

test.each([
  ['as accounts without detailed messages are told', 'Access Denied'],
  [
    'as those who may not list the bucket are told',
    'User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::b"',
  ],
])('a transcript that S3 does not have, %s, is lost', { timeout: PATIENCE }, async (_, message) => {
  const leg = legs()
  fixture.callback.offerForgetful(1, leg('leg-2', shellTask('echo from-anew')))
  fixture.callback.refusals.object.push(refused('AccessDenied', message))
  const result = await run(1, leg('leg-2', instructions('Once more.'), 'leg-1'))
  expect(result).toMatchObject({ outcome: 'done', memoryLost: true })
})

test.each([
  ['has expired', 'AccessDenied', 'Request has expired'],
  ['has a wrong signature', 'SignatureDoesNotMatch', 'The signature is not right'],
  ['lacks the right to read', 'AccessDenied', 'not authorized to perform: s3:GetObject'],
])(
  'a link to a transcript that %s fails the job, and no memory is lost',
  {
    timeout: PATIENCE,
  },
  async (_, code, message) => {
    const leg = legs()
    fixture.callback.refusals.object.push(refused(code, message))
    const result = await run(1, leg('leg-2', instructions('Once more.'), 'leg-1'))
    expect(result).toMatchObject({
      outcome: 'failed',
      error: expect.stringContaining(`could not download the transcript: HTTP 403: ${message}`),
    })
    expect(result).not.toHaveProperty('memoryLost')
    expect(JSON.stringify(result)).not.toContain('secret-canary')
  },
)

test('a job that is superseded while it asks again ends without a result', {
  timeout: PATIENCE,
}, async () => {
  const leg = legs()
  fixture.callback.refusals.job.push(0, 409)
  const result = await run(1, leg('leg-2', instructions('Once more.'), 'leg-1'))
  expect(result).toBeUndefined()
})

test.each([
  ['removed', 'rm -rf ~/.claude/projects'],
  ['removed with all copies', 'rm -rf ~/.claude/projects ~/.baton/transcripts'],
  ['emptied', 'for file in ~/.claude/projects/*/*.jsonl; do : > "$file"; done'],
])(
  'a transcript that is %s during a job never replaces a whole one',
  {
    timeout: PATIENCE,
  },
  async (_, tear) => {
    const leg = legs()
    const torn = { outcome: 'done', transcriptSaved: false, transcriptProblem: /torn/ }
    await expectResult(await run(1, leg('leg-1', tearing(tear, 'first'))), torn)
    expect(fixture.callback.objects.has('leg-1')).toBe(false)
    await run(2, leg('leg-1', shellTask('echo the-base')))
    await expectResult(await run(3, leg('leg-2', tearing(tear, 'second'), 'leg-1')), torn)
    expect(fixture.callback.objects.has('leg-2')).toBe(false)
    const next = await run(4, leg('leg-3', shellTask('echo third'), 'leg-1'))
    expect(next).toMatchObject({ outcome: 'done', transcriptSaved: true })
    expect(lastRequest()).toContain('the-base')
  },
)

/** Claude Code writes its transcript a little later than it acts. What is torn before the prompt is written is whole afterwards. */
const tearing = (tear: string, mark: string) =>
  shellTask(
    `until grep -qs 'echo ${mark}' ~/.claude/projects/*/*.jsonl; do sleep 0.1; done; ${tear}; echo ${mark}`,
  )

async function expectResult(
  result: Awaited<ReturnType<typeof run>>,
  { transcriptProblem, ...rest }: { transcriptProblem: RegExp },
) {
  expect(result).toMatchObject(rest)
  expect(result?.transcriptProblem).toMatch(transcriptProblem)
}

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
