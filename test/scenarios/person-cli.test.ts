/** `npm start -- sms …` and `email …`: they end when nothing is left to do, and say what happened. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { asPerson } from '../../local/person-cli.ts'
import { block, type TestBaton, testBaton } from '../support/baton.ts'

const ADA = '+15550100'
const BOB = '+15550101'
const STRANGER = '+15550150'

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ people: [ADA, BOB, '@example.com'] })
})
afterAll(() => baton.close())

/** Returns everything that the command printed. */
async function person(words: string[], attach: readonly string[] = []): Promise<string> {
  const printed: string[] = []
  const { url, token } = baton
  await asPerson(words, { url, token, attach, print: (line) => printed.push(line) })
  return printed.join('\n')
}

test('an SMS: all replies are printed, however late the last one comes', async () => {
  const output = await person(['sms', ADA, block('sleep 9; echo late')])
  expect(output).toMatch(/Delivered as SM[\s\S]*A worker is on it[\s\S]*late/)
})

test('a slash command needs no run', async () => {
  expect(await person(['sms', ADA, '/status'])).toContain('Nothing is running.')
})

test('a question ends the wait, and its answer goes on', async () => {
  const output = await person(['sms', ADA, '@ask Shall it be blue? | yes, no'])
  expect(output).toContain('Question q1: Shall it be blue?')
  expect(output).toContain('Waiting for an answer: q1.')
  const answered = await person(['sms', ADA, '1'])
  expect(answered).toContain('I have the answer to q1: yes.')
  expect(answered).not.toContain('Waiting for an answer')
})

test('a notice that is sent to nobody does not hold up the end', async () => {
  const session = (await (
    await baton.request(`/api/sessions/sms-${ADA.slice(1)}`)
  ).json()) as Detail
  baton.e2b.faults.onConnect(session.conductor.sandboxId, 404)
  expect(await person(['sms', ADA, 'And now?'])).toContain('scripted')
  const entries = await baton.history(`sms-${ADA.slice(1)}`)
  const notice = entries.find(({ text }) => text.includes('was replaced'))
  expect(notice).toMatchObject({ role: 'system' })
  expect(notice).not.toHaveProperty('recipients')
})

interface Detail {
  readonly conductor: { readonly sandboxId: string }
}

test('an email with a file, and its reply in the thread', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'person-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'notes.txt')
  writeFileSync(file, 'the notes')
  const output = await person(['email', 'Ada@example.com', 'Hello', 'What can you do?'], [file])
  const [, id] = /Delivered as (<\S+>)/.exec(output) ?? []
  expect(output).toContain(`Subject: Re: Hello\n`)
  expect(output).toContain(`In-Reply-To: ${id}`)
  const listed = (await (await baton.request('/api/sessions')).json()) as Sessions
  const { sessionId = '' } = listed.sessions.find(({ channel }) => channel === 'email') ?? {}
  const [entry] = await baton.history(sessionId)
  expect(entry?.files).toMatchObject([{ name: 'notes.txt', size: 9 }])
})

interface Sessions {
  readonly sessions: readonly { readonly sessionId: string; readonly channel: string }[]
}

test("Twilio's own words are answered by Twilio, at once", async () => {
  expect(await person(['sms', BOB, 'help'])).toMatch(
    /Twilio answers this word itself[\s\S]*Reply STOP/,
  )
  expect(await person(['sms', BOB, 'Stop'])).toContain('successfully been unsubscribed')
})

test('after STOP the command says why no reply comes, and START ends that', async () => {
  await expect(person(['sms', BOB, 'What can you do?'])).rejects.toThrow(
    /Not every reply reached \+15550101: refused: .*21610/,
  )
  expect(await person(['sms', BOB, 'START'])).toContain('re-subscribed')
  expect(await person(['sms', BOB, 'And now?'])).toContain('scripted')
})

test.each([
  ['sms', STRANGER, 'let me in'],
  ['email', 'eve@example.org', 'Hello', 'let me in'],
])('a stranger is told at once that nobody listens: %s', async (...words) => {
  await expect(person(words)).rejects.toThrow(/is not on the list[\s\S]*BATON_PEOPLE/)
})
