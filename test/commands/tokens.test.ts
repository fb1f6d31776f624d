/** `baton tokens`, `invite`, `login --invite` and `dashboard`, against all of Baton. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestBaton, testBaton } from '../support/baton.ts'
import { type CliRun, runCli } from '../support/cli.ts'
import { PATIENT } from '../support/patience.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'baton-tokens-'))
const at = (name: string) => path.join(folder, name)

let baton: TestBaton
/** Another name of the same server, as another deployment whose token is not in the environment. */
let elsewhere: string
beforeAll(async () => {
  baton = await testBaton()
  elsewhere = baton.url.replace('127.0.0.1', 'localhost')
})
afterAll(async () => {
  await baton.close()
  rmSync(folder, { recursive: true })
})

const run = (words: readonly string[], { env = {}, input = '' }: Partial<CliRun> = {}) =>
  runCli(words, {
    cwd: folder,
    input,
    env: {
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      BATON_URL: baton.url,
      BATON_TOKEN: baton.token,
      ...env,
    },
  })

/** As somebody who has nothing but what they were sent. */
const asGuest = { BATON_TOKEN: undefined, BATON_URL: undefined }

const modeOf = (file: string) => statSync(file).mode & 0o777

test('a token is printed once, alone; it is listed, used and revoked', async () => {
  const made = await run(['tokens', 'create', 'nightly', '--read', '--expires', '90d'])
  expect([made.status, made.out]).toEqual([0, expect.stringMatching(/^baton_[\w-]{43}\n$/)])
  const token = made.out.trim()
  const env = { BATON_TOKEN: token }
  expect((await run(['sessions', '--json'], { env })).status).toBe(0)
  expect(await run(['tokens', 'revoke', 'nightly'], { env })).toMatchObject({ status: 1, out: '' })
  const listed = await run(['tokens'])
  expect(listed.out).toMatch(/^nightly +reader +\d{4}-\d\d-\d\d +\d{4}-\d\d-\d\d$/m)
  expect(listed.out).not.toContain(token)
  expect(await run(['tokens', 'create', 'nightly'])).toMatchObject({
    status: 1,
    err: expect.stringContaining('Revoke it first'),
  })
  expect((await run(['tokens', 'revoke', 'nightly'])).out).toContain('after a minute')
  expect((await run(['tokens', 'list', '--json'])).out.trim()).toBe('')
})

test.each([
  [['tokens', 'create', 'a b'], 'the name of a token is'],
  [['tokens', 'create', 'link'], 'is taken'],
  [['invite', 'ada', '--expires', 'tomorrow'], 'is not a time such as 30d'],
  [['invite', 'ada', '--expires', '400d'], '1 to 366'],
  [['login'], '--invite <file>'],
])('baton %j says what to do', async (words, problem) => {
  expect(await run(words)).toMatchObject({
    status: 2,
    out: '',
    err: expect.stringContaining(problem),
  })
})

test('an invitation is a file for its owner alone, with which another person signs in', async () => {
  const invited = await run(['invite', 'ada', '--read', '--url', baton.url])
  expect([invited.status, invited.out]).toEqual([0, 'baton-invitation-ada.txt\n'])
  const file = at('baton-invitation-ada.txt')
  expect(modeOf(file)).toBe(0o600)
  const text = readFileSync(file, 'utf8').replaceAll(baton.url, elsewhere)
  expect(text).toMatch(/may see everything and change nothing[\s\S]*valid until \d{4}-/)
  const again = await run(['invite', 'ada', '--read'])
  expect([again.status, again.err]).toEqual([1, expect.stringContaining('--file')])
  writeFileSync(file, text)
  const login = async () => (await run(['login', '--invite', file], { env: asGuest })).out
  // Functions that have just read the tokens, for a test before, read them again after ten seconds.
  await expect
    .poll(login, PATIENT)
    .toSatisfy((out) => out.includes('as ada (reader)') && out.includes(`Delete ${file}`))
  expect(await run(['sessions', '--url', elsewhere], { env: asGuest })).toMatchObject({ status: 0 })
  expect(await run(['stop', 'main', '--url', elsewhere], { env: asGuest })).toMatchObject({
    status: 1,
    err: expect.stringContaining('operator token'),
  })
  await run(['logout', '--url', elsewhere])
})

test('an invitation for an operator goes through pipes, and what is none is refused', async () => {
  const { out } = await run(['invite', 'bob', '--expires', 'never', '--file', '-'])
  expect(out).toContain('you may do everything')
  // As a mail program quotes it.
  const input = out.replaceAll(baton.url, elsewhere).replaceAll('\n', '\r\n')
  const login = async () => (await run(['login', '--invite', '-'], { env: asGuest, input })).out
  await expect.poll(login, PATIENT).toContain('as bob (operator)')
  await run(['logout', '--url', elsewhere])
  for (const none of ['', 'address: https://baton.example.com'])
    expect(await run(['login', '--invite', '-'], { env: asGuest, input: none })).toMatchObject({
      status: 1,
      err: expect.stringContaining('This is not an invitation'),
    })
})

test('no invitation is left if the token cannot be made', async () => {
  await run(['tokens', 'create', 'carol'])
  expect(await run(['invite', 'carol'])).toMatchObject({ status: 1 })
  expect(existsSync(at('baton-invitation-carol.txt'))).toBe(false)
})

/** A browser that notes what it was started with, and what others could have read meanwhile. */
function browser(exit = 0): string {
  const file = at('browser')
  writeFileSync(
    file,
    `#!/bin/sh
printf '%s\\n' "$@" > '${at('arguments')}'
stat -c %a "$1" "$(dirname "$1")" > '${at('modes')}'
cat /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n' > '${at('processes')}'
cp "$1" '${at('page.html')}'
exit ${exit}
`,
  )
  chmodSync(file, 0o700)
  return file
}

test('dashboard: the browser gets the token from a private file that is gone afterwards', async () => {
  const env = { BROWSER: browser() }
  const opened = await run(['dashboard', '--keep', '0'], { env })
  expect([opened.status, opened.out]).toEqual([0, `${baton.url}\n`])
  expect(readFileSync(at('page.html'), 'utf8')).toContain(`"${baton.url}/#token=${baton.token}"`)
  const given = readFileSync(at('arguments'), 'utf8').trim()
  expect(given).toMatch(/^\/.*\/index\.html$/)
  expect(existsSync(path.dirname(given))).toBe(false)
  expect(readFileSync(at('modes'), 'utf8')).toBe('600\n700\n')
  const processes = readFileSync(at('processes'), 'utf8')
  expect(processes).toContain('dashboard')
  expect(processes).not.toContain(baton.token)
  expect(opened.err).not.toContain(baton.token)
})

test('dashboard: without a browser, or only printed, it says where the page is', async () => {
  const before = readdirSync(folder)
  const cure = expect.stringContaining('sign in there')
  for (const BROWSER of [at('no-browser'), browser(3)])
    expect(await run(['dashboard', '--keep', '0'], { env: { BROWSER } })).toMatchObject({
      status: 1,
      out: `${baton.url}\n`,
      err: cure,
    })
  expect(readdirSync(folder)).toEqual(before)
  const printed = await run(['dashboard', '--print'], { env: { BROWSER: at('no-browser') } })
  expect([printed.status, printed.out, printed.err]).toEqual([0, `${baton.url}\n`, ''])
})
