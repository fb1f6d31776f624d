/** `baton` as a person and a script start it, with a terminal and without one, against all of Baton. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, type TestBaton, testBaton } from '../support/baton.ts'
import { type CliRun, runCli } from '../support/cli.ts'
import { openTerminal } from '../support/terminal.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'baton-cli-'))

let baton: TestBaton
beforeAll(async () => {
  // Only one test lets a session have more than three turns.
  baton = await testBaton({
    variables: { BUDGETS: '{"session":{"turns":3}}', APPROVALS: 'always' },
  })
})
afterAll(async () => {
  await baton.close()
  rmSync(folder, { recursive: true })
})

/** Everything that a command could leave for others to read. */
const printed: string[] = []

const environment = () => {
  const { PATH, TMPDIR } = process.env
  return {
    PATH,
    TMPDIR,
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    BATON_URL: baton.url,
    BATON_TOKEN: baton.token,
  }
}

/** Runs it without a terminal. */
async function run(
  words: readonly string[],
  { env = {}, input = '' }: { env?: CliRun['env']; input?: string } = {},
) {
  const done = await runCli(words, { cwd: folder, env: { ...environment(), ...env }, input })
  printed.push(done.out, done.err)
  return done
}

test('say: the reply is on standard output, alone if that is wanted, and an event a line as JSON', async () => {
  const said = await run(['say', '-s', 'say', 'What', 'can', 'you', 'do?'])
  expect(said).toMatchObject({ status: 0, out: expect.stringMatching(/^conductor .*scripted/m) })
  const quiet = await run(['say', '-s', 'quiet', '--quiet', '-'], { input: 'What can you do?\n' })
  expect(quiet.out).toMatch(/^I am a scripted model.*\n$/)
  const json = await run(['say', '-s', 'json', '--json', block('echo made')])
  const events = json.events()
  expect(events.map(({ entry }) => entry?.role)).toContain('worker')
  expect(events.at(-1)).toMatchObject({ event: 'end', outcome: 'done', exitStatus: 0 })
  expect(events.filter(({ event }) => event === 'end')).toHaveLength(1)
  const sent = await run(['say', '-s', 'quiet', '--no-wait', 'hello'])
  expect([sent.status, sent.out]).toEqual([0, 'Sent. baton watch quiet follows it.\n'])
})

test('a question ends the wait with a status of its own, and is answered by its number', async () => {
  const asked = await run(['say', '-s', 'ask', '@ask Shall it be blue? | yes, no'])
  expect(asked).toMatchObject({ status: 3, err: expect.stringContaining('ask.q1') })
  const [question] = (await run(['questions', '--json'])).events()
  expect(question).toMatchObject({ id: 'ask.q1', choices: ['yes', 'no'] })
  const approved = await run(['approve', 'q1'])
  expect([approved.status, approved.err]).toEqual([
    1,
    expect.stringContaining('baton answer ask.q1'),
  ])
  expect(await run(['answer', 'q1', '2'])).toMatchObject({
    status: 0,
    out: expect.stringContaining('I have the answer to q1: no.'),
  })
  expect(await run(['watch', 'ask', '--last', '1'])).toMatchObject({ status: 0 })
  expect(await run(['answer', 'q1', '1'])).toMatchObject({ status: 1 })
})

test('a budget ends the wait with a status of its own, and the session continues', async () => {
  for (let turn = 1; turn <= 3; turn++)
    expect(await run(['say', '-s', 'budget', `hello ${turn}`])).toMatchObject({ status: 0 })
  const paused = await run(['say', '-s', 'budget', 'hello again'])
  expect(paused).toMatchObject({ status: 4, err: expect.stringContaining('turns') })
  expect(await run(['continue', 'budget'])).toMatchObject({
    status: 0,
    out: expect.stringContaining('conductor'),
  })
})

test('a worker at work is shown, ended, and stopped with its session', async () => {
  await run(['say', '-s', 'busy', '--no-wait', block('sleep 300')])
  await baton.atWork('busy')
  expect((await run(['show', 'busy'])).out).toMatch(/^Worker +w1 working/m)
  const late = await run(['watch', 'busy', '--minutes', '0.01'])
  expect(late).toMatchObject({
    status: 6,
    out: expect.stringMatching(/^w1 +· .*sleep 300/m),
    err: expect.stringContaining('the work goes on'),
  })
  expect((await run(['kill', 'busy', 'w1'])).out).toBe('Ended w1 of busy.\n')
  await run(['say', '-s', 'stop', '--no-wait', block('sleep 300')])
  await baton.atWork('stop')
  expect((await run(['stop', 'stop'])).out).toBe('Stopped run r1 of stop; ended w1.\n')
  expect((await run(['stop', 'stop'])).out).toBe('Nothing was running in stop.\n')
})

test('lists: sessions, people, usage', async () => {
  await run(['say', '-s', 'listed', '--quiet', 'hello'])
  expect((await run(['sessions'])).out).toMatch(/^listed +idle .*hello$/m)
  const address = '+15550142'
  await run(['people', 'allow', address, '--email', 'ada@example.com'])
  expect((await run(['people'])).out).toMatch(/^\+15550142 +allowed +ada@example\.com$/m)
  expect((await run(['people', 'remove', address])).status).toBe(0)
  expect((await run(['people', 'list'])).out).not.toContain(address)
  expect((await run(['usage', '--json'])).events()).toHaveLength(1)
})

test.each([
  [['sesions'], 2, 'Did you mean sessions?'],
  [['sessions', '--limit', 'all'], 2, '"all" is not a number from 1 to 100.'],
  [['say', '--sesion', 'x', 'hello'], 2, 'Did you mean --session?'],
  [['show', 'no/such'], 2, 'baton sessions lists them'],
  [['show', 'nowhere'], 1, 'nowhere'],
  [['say'], 2, 'The message is empty.'],
  [['sessions', '--url', 'http://baton.example.com'], 1, 'not encrypted'],
  [['sessions', '--url', 'http://127.0.0.1:1'], 1, 'cannot be reached'],
])('baton %j ends with %i and says what to do', async (words, status, problem) => {
  expect(await run(words)).toMatchObject({ status, out: '', err: expect.stringContaining(problem) })
})

test('every command explains itself, and the shells complete it', async () => {
  const { out } = await run(['--help'])
  const names = [...out.matchAll(/^ {2}([a-z]+) .*\S {2,}\S/gm)].map(([, name = '']) => name)
  expect(names).toContain('approve')
  for (const shell of ['bash', 'zsh', 'fish'])
    expect(await run(['complete', shell])).toMatchObject({
      status: 0,
      out: expect.stringContaining('baton'),
    })
  expect((await run(['complete', '--', 'se'])).out).toMatch(/^sessions\t/m)
})

test('login: a token is checked, kept for its owner alone, and used for its deployment only', async () => {
  const file = path.join(folder, 'baton', 'credentials.json')
  const env = { BATON_TOKEN: undefined, BATON_URL: undefined }
  // Another name of the same server, as another deployment.
  const url = baton.url.replace('127.0.0.1', 'localhost')
  expect(await run(['sessions', '--url', url], { env })).toMatchObject({
    status: 1,
    err: expect.stringContaining(`baton login --url ${url}`),
  })
  const refused = await run(['login', '--url', url], { env, input: 'wrong' })
  expect([refused.status, existsSync(file)]).toEqual([1, false])
  const accepted = await run(['login', '--url', url], { env, input: `${baton.token}\n` })
  expect(accepted).toMatchObject({
    status: 0,
    out: expect.stringContaining('as api-token (operator)'),
  })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await run(['sessions', '--url', url], { env })).toMatchObject({ status: 0 })
  expect(await run(['sessions', '--url', baton.url], { env })).toMatchObject({ status: 1 })
  chmodSync(file, 0o644)
  expect((await run(['sessions', '--url', url], { env })).err).toContain(`chmod 600 ${file}`)
  chmodSync(file, 0o600)
  expect(await run(['logout'], { env })).toMatchObject({
    status: 2,
    err: expect.stringContaining('--url'),
  })
  await run(['logout', '--url', url])
  expect(readFileSync(file, 'utf8')).toBe('{}\n')
})

test('init without a terminal: flags are checked as the file is, and what it says stays', async () => {
  const file = path.join(folder, 'baton.json')
  writeFileSync(file, '{ "linkDays": 3 }')
  expect(await run(['init', '--file', file])).toMatchObject({
    status: 2,
    err: expect.stringContaining('--set'),
  })
  const bad = await run([
    'init',
    '--file',
    file,
    '--set',
    'people=["Ada"]',
    '--set',
    'histroyDays=3',
  ])
  expect([bad.status, readFileSync(file, 'utf8')]).toEqual([1, '{ "linkDays": 3 }'])
  expect(bad.err).toMatch(/people\[0\]: is not a number[\s\S]*|perhaps you mean historyDays/)
  expect(bad.err).toContain('perhaps you mean historyDays')
  expect(await run(['init', '--file', file, '--set', 'historyDays=90'])).toMatchObject({
    status: 0,
  })
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    $schema: './baton.schema.json',
    linkDays: 3,
    historyDays: 90,
  })
})

test('init in a terminal: asks, says at once what is wrong, and Ctrl-C changes nothing', async () => {
  const file = path.join(folder, 'asked.json')
  const ask = () => terminal(['init', '--file', file])
  const cancelled = ask()
  await cancelled.shows('Who may write')
  cancelled.types('\x03')
  expect([await cancelled.ended, existsSync(file)]).toEqual([130, false])
  const asked = ask()
  const answers: readonly (readonly [string, string])[] = [
    ['Who may write', '+15550100, @example.com'],
    ['How many dollars', '20'],
    ['Whose models', 'openai'],
    ['expected one of', '\x7f'.repeat(6)],
    ['Whose models', 'anthropic'],
    ['phone number', '+15550199'],
    ['SID of your', ''],
    ['SMS needs it', `AC${'0'.repeat(32)}`],
    ['email address, at', ''],
    ['Who gets emails', ''],
  ]
  for (const [question, answer] of answers) {
    await asked.shows(question)
    asked.types(answer.startsWith('\x7f') ? answer : `${answer}\r`)
  }
  expect(await asked.ended).toBe(0)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    $schema: './baton.schema.json',
    people: ['+15550100', '@example.com'],
    budgets: { run: { usd: 10 }, day: { usd: 20 } },
    modelUpstream: 'anthropic',
    smsNumber: '+15550199',
    twilioAccountSid: `AC${'0'.repeat(32)}`,
  })
})

test('no command has printed the token', () => {
  expect(printed.join('\n')).not.toContain(baton.token)
})

/** Runs it in a terminal. */
const terminal = (words: readonly string[]) =>
  openTerminal(words, { cwd: folder, env: environment() })
