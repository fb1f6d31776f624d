/** `baton approve` and `deny`: what was approved is sent, what was denied is not. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestBaton, testBaton } from '../support/baton.ts'
import { runCli } from '../support/cli.ts'
import { PATIENT } from '../support/patience.ts'
import { emailsTo } from '../support/people.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'baton-approve-'))
let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ people: ['@example.com'], variables: { APPROVALS: 'always' } })
})
afterAll(async () => {
  await baton.close()
  rmSync(folder, { recursive: true })
})

const run = (words: readonly string[]) =>
  runCli(words, {
    cwd: folder,
    env: { HOME: folder, BATON_URL: baton.url, BATON_TOKEN: baton.token },
  })

/** Has the conductor write an email, which waits for a yes. Returns the id of the question. */
async function heldEmail(session: string, to: string): Promise<string> {
  const words = `please write to ${to}`
  const commands = [{ type: 'SEND_EMAIL', to, subject: 'News', body: 'It is done.' }]
  const input = { reply: 'I will ask.', commands }
  const answer = [{ type: 'tool_use' as const, name: 'StructuredOutput', input }]
  baton.model?.faults.push({ about: words, answer })
  expect((await run(['say', '-s', session, words])).status).toBe(3)
  expect(emailsTo(baton, to)).toEqual([])
  return `${session}.q1`
}

test('an approved email is sent once', async () => {
  const question = await heldEmail('yes', 'ada@example.com')
  expect(await run(['approve', question])).toMatchObject({ status: 0 })
  await expect.poll(() => emailsTo(baton, 'ada@example.com').length, PATIENT).toBe(1)
  const again = await run(['approve', question])
  expect([again.status, emailsTo(baton, 'ada@example.com').length]).toEqual([1, 1])
})

test('a denied email is not sent, and cannot be approved any more', async () => {
  const question = await heldEmail('no', 'bob@example.com')
  expect(await run(['deny', question])).toMatchObject({ status: 0 })
  expect((await run(['approve', question])).status).toBe(1)
  await baton.settled('no')
  expect(emailsTo(baton, 'bob@example.com')).toEqual([])
})
