/** Links to upload create an object and overwrite none, so a refusal may mean that the conversation was deleted. */
import { expect, test } from 'vitest'
import { jobIn, PATIENCE, setUpRunner, shellTask } from './fixtures.ts'

const fixture = setUpRunner('quick')

const CREATE = { 'if-none-match': '*' }
const FILE = 'mkdir artifacts; echo x > artifacts/a.txt'

/** Runs a job to its end, with these responses of the object store first. Returns the results that it sent. */
async function run(script: string, refusals: readonly number[]) {
  const { callback, sandbox } = fixture
  callback.refusals.object.push(...refusals)
  const save = { key: 'leg-1', url: callback.objectUrl('leg-1'), headers: CREATE }
  callback.offer(1, jobIn(fixture, shellTask(script), { save }))
  const { stderr } = await (await sandbox.launch(1, callback.url)).exit()
  expect(stderr).toBe('')
  return callback.results
}

test('the transcript is uploaded with the headers of its link', {
  timeout: PATIENCE,
}, async () => {
  expect(await run('true', [])).toMatchObject([{ outcome: 'done', transcriptSaved: true }])
  expect(fixture.callback.uploadedWith('leg-1')).toMatchObject(CREATE)
})

test.each([
  ['its transcript', 'true'],
  ['an artifact', FILE],
])(
  'a job that may not upload %s, because the conversation was deleted, ends without a result',
  {
    timeout: PATIENCE,
  },
  async (_, script) => {
    expect(await run(script, [412])).toEqual([])
    expect(fixture.callback.objects.size).toBe(0)
  },
)

test('an object that an earlier attempt has uploaded is uploaded', {
  timeout: PATIENCE,
}, async () => {
  const results = await run(FILE, [503, 412, 503, 412])
  expect(results).toMatchObject([{ transcriptSaved: true, artifacts: ['a.txt'] }])
})

test('an upload that conflicts with another one is repeated', { timeout: PATIENCE }, async () => {
  const results = await run(FILE, [409, 0, 409])
  expect(results).toMatchObject([{ transcriptSaved: true, artifacts: ['a.txt'] }])
  expect([...fixture.callback.objects.keys()].sort()).toEqual(['a.txt', 'leg-1'])
})
