/** `npm start` in a copy of the checkout, with the CDK's other commands beside it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXIT } from '../../cli/exit.ts'
import { clientOf, replies } from '../support/baton.ts'
import { copyCheckout } from '../support/checkout.ts'

let copy: string
const left = new Set<ChildProcess>()
beforeAll(() => {
  copy = copyCheckout()
})
afterAll(() => {
  for (const child of left) child.kill('SIGKILL')
  rmSync(copy, { recursive: true, force: true })
})

const NODE = process.execPath
const CDK = 'node_modules/.bin/cdk'

function start(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { PATH, TMPDIR } = process.env
  const env = { PATH, TMPDIR, HOME: copy, CI: 'true', ...environment }
  const [command = '', ...rest] = words
  const child = spawn(command, rest, { cwd: copy, env, stdio: ['ignore', 'pipe', 'pipe'] })
  left.add(child)
  const printed = { all: '' }
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (more: string) => {
      printed.all += more
    })
  const ended = once(child, 'close').then(([code]) => ({ code, output: printed.all }))
  return { child, printed, ended }
}

const run = (words: readonly string[]) => start(words).ended

/** Starts the server and returns its URL once it has printed it. */
async function serve(
  environment: Readonly<Record<string, string>> = {},
  options: readonly string[] = [],
) {
  const words = [NODE, 'local/start.ts', ...options]
  const server = start(words, { PORT: '0', ...environment })
  await expect.poll(() => server.printed.all, { timeout: 120_000 }).toContain('Try:')
  const url = /Baton is at (\S+),/.exec(server.printed.all)?.[1] ?? ''
  const end = () => {
    server.child.kill('SIGINT')
    return server.ended
  }
  return { ...server, url, end }
}

const tokenOf = (file = 'token') => readFileSync(path.join(copy, '.local', file), 'utf8').trim()

test('the token is made at the first start, printed, kept for its owner alone, and used by commands', async () => {
  const first = await serve()
  const token = tokenOf()
  expect(first.printed.all).toContain(`authorization: Bearer ${token}`)
  for (const file of ['token', 'read-token'])
    expect(statSync(path.join(copy, '.local', file)).mode & 0o777).toBe(0o600)
  for (const known of ['local', 'read', `${token}x`]) {
    const headers = { authorization: `Bearer ${known}` }
    expect((await fetch(`${first.url}/api/sessions`, { headers })).status).toBe(401)
  }
  const PORT = new URL(first.url).port
  const sms = start([NODE, 'local/start.ts', 'sms', '+15550100', 'What can you do?'], { PORT })
  expect(await sms.ended).toMatchObject({ code: 0, output: expect.stringContaining('scripted') })
  // The command line finds the server and its token in the checkout.
  expect(await run([NODE, 'bin/baton.ts', 'sessions'])).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^\S+ +idle .*What can you do\?$/m),
  })
  const say = (text: string) => start([NODE, 'local/start.ts', 'say', text], { PORT }).ended
  expect(await say('What else can you do?')).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^you +What else[\s\S]*^conductor .*scripted[\s\S]*^receipt /m),
  })
  expect(await say('@ask Shall it be blue? | yes, no')).toMatchObject({
    code: EXIT.waiting,
    output: expect.stringContaining('main.q1'),
  })
  const lines = () => first.printed.all.split('\n')
  await expect
    .poll(lines, { timeout: 30_000 })
    .toContainEqual(expect.stringMatching(/^\d\d:\d\d:\d\d main +system .*Shall it be blue/))
  expect(lines()).toContainEqual(
    expect.stringMatching(/^[\d:]+ sms-15550100 \+15550100 .*What can you do/),
  )
  expect(await first.end()).toMatchObject({ code: 0 })
  const events = lines().filter((line) => /^\d\d:\d\d:\d\d /.test(line))
  expect(events.filter((line) => line.length > 80)).toEqual([])
  const second = await serve({}, ['--quiet'])
  expect(tokenOf()).toBe(token)
  await clientOf({ url: second.url, token }).send('silent', 'hello')
  await clientOf({ url: second.url, token }).settled('silent')
  expect((await second.end()).output).not.toContain('silent')
  const chosen = await serve({ BATON_TOKEN: 'chosen' })
  await clientOf({ url: chosen.url, token: 'chosen' }).send('main', 'hello')
  await chosen.end()
})

test('Ctrl-C after a long conversation ends it without a warning', async () => {
  const server = await serve()
  const client = clientOf({ url: server.url, token: tokenOf() })
  for (let turns = 1; turns <= 12; turns++) {
    await client.send('long', `question ${turns}`)
    await client.until('long', (all) => replies(all).length === turns)
    await client.settled('long')
  }
  const { code, output } = await server.end()
  expect([code, output]).toEqual([0, expect.not.stringContaining('Warning')])
})

test("the CDK's other commands and an operator's own options do not reach npm start", async () => {
  const file = path.join(copy, 'cdk.json')
  const settings = JSON.parse(readFileSync(file, 'utf8'))
  Object.assign(settings.context, {
    modelUpstream: 'bedrock',
    model: 'anthropic.claude-sonnet-5-5',
    publicUrl: 'https://baton.example.com',
    e2bTemplate: 'another',
  })
  writeFileSync(file, JSON.stringify(settings))
  expect(await run([CDK, 'ls'])).toMatchObject({ code: 0 })
  expect(await run([CDK, 'synth', '--quiet', '--no-notices'])).toMatchObject({ code: 0 })
  const once = [NODE, 'local/start.ts', '--no-isolation', '--once', 'What can you do?']
  expect(await run(once)).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^conductor .*scripted/m),
  })
})
