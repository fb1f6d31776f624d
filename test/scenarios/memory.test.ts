/** Models that lose their memory are told so and get what they need again. */
import { DeleteObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, endingsOf, replies, sharedBaton, type TestBaton } from '../support/baton.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await sharedBaton('real')
})
afterAll(() => baton.close())

const lastPrompt = () => JSON.stringify(baton.model?.requests.at(-1)?.request.messages)
const notices = async (session: string) =>
  (await baton.history(session)).filter(({ role }) => role === 'system').map(({ text }) => text)

/** Claude Code writes its transcript a little later than it acts; what is removed before would be whole afterwards. */
const tear = (mark: string) =>
  `until grep -qs '${mark}' ~/.claude/projects/*/*.jsonl; do sleep 0.1; done; rm -rf ~/.claude/projects`

/** Makes the conductor tear its transcript before it answers the message. */
function tearBefore(message: string) {
  const calls = [
    { name: 'Bash', input: { command: tear(message), description: 'tear' } },
    { name: 'StructuredOutput', input: { reply: 'Noted.', commands: [] } },
  ]
  for (const call of calls)
    baton.model?.faults.push({ about: message, answer: [{ type: 'tool_use', ...call }] })
}

test('a worker that tore its transcript gets its task again, and its report says so', async () => {
  // Its sandbox may be lost between the legs, so no file says which one this is.
  const script = `test "$BATON_JOB" -gt 1 && echo known-again && exit; ${tear('known-again')}; exit 1`
  await baton.send('torn-worker', block(script))
  const entries = await baton.until('torn-worker', (all) => endingsOf(all).length > 0)
  expect(endingsOf(entries)).toMatchObject([{ verdict: 'accept' }])
  const reports = entries.filter(({ role }) => role === 'worker').map(({ text }) => text)
  expect(reports[0]).toContain('the worker will not remember this leg (the transcript is torn')
  expect(reports[1]).toContain('known-again')
  expect(reports[1]).not.toContain('Memory:')
})

test('a conductor that tore its transcript gets what it forgot, and the history says so', async () => {
  await baton.send('torn', 'my name is Ada')
  await baton.until('torn', (all) => replies(all).length === 1)
  tearBefore('my cat is Bob')
  await baton.send('torn', 'my cat is Bob')
  await baton.until('torn', (all) => replies(all).includes('Noted.'))
  const told = (text: string) =>
    text.includes('will not remember its last turn (the transcript is torn')
  expect((await notices('torn')).filter(told)).toHaveLength(1)
  await baton.send('torn', 'who am I?')
  await baton.until('torn', (all) => replies(all).length === 3)
  expect(lastPrompt()).toMatch(
    /my name is Ada.*\[HISTORY\].*my cat is Bob.*Noted.*\[USER\].*who am I/,
  )
  await baton.settled('torn')
  await baton.send('torn', 'once more')
  await baton.until('torn', (all) => replies(all).length === 4)
  expect(lastPrompt().match(/\[HISTORY\]\\n/g)).toHaveLength(1)
  expect((await notices('torn')).filter(told)).toHaveLength(1)
})

test('a conductor whose transcript no longer exists gets the history of its conversation', async () => {
  await baton.send('gone', 'before the new conversation')
  await baton.until('gone', (all) => replies(all).length === 1)
  await baton.settled('gone')
  await baton.send('gone', '/new-session')
  await baton.until('gone', (all) => all.some(({ text }) => text.startsWith('A new conversation')))
  await baton.send('gone', 'my dog is Eve')
  await baton.until('gone', (all) => replies(all).length === 2)
  await baton.settled('gone')
  await deleteTranscripts('gone')
  for (const { id, metadata } of baton.e2b.sandboxes())
    if (metadata.session === 'gone') await baton.e2b.faults.crash(id)
  await baton.send('gone', 'who is Eve?')
  await baton.until('gone', (all) => replies(all).length === 3)
  expect(lastPrompt()).toMatch(
    /could not be restored.*\[HISTORY\].*my dog is Eve.*\[USER\].*who is Eve/,
  )
  expect(lastPrompt()).not.toContain('before the new conversation')
  expect(await notices('gone')).toContainEqual(
    expect.stringMatching(/^The conductor did not remember this conversation/),
  )
})

async function deleteTranscripts(session: string) {
  const { region, endpoint, credentials, resources } = baton.aws
  const s3 = new S3Client({ region, endpoint, credentials, forcePathStyle: true })
  const Bucket = resources.find('Baton/Storage/Bucket', 'AWS::S3::Bucket').physicalId
  const Prefix = `transcripts/${session}/`
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))
  expect(Contents).not.toEqual([])
  for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }))
}
