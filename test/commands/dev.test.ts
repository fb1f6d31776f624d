/** `npm run dev` in a copy of the checkout: the next request sees a change, and no data is lost. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientOf, replies } from '../support/baton.ts'
import { copyCheckout } from '../support/checkout.ts'

const copy = copyCheckout()
const TOKEN = 'test-token'
const printed: string[] = []
const watchers = new Set<() => void>()
let dev: ChildProcess
let baton: ReturnType<typeof clientOf>

beforeAll(async () => {
  const { PATH, TMPDIR } = process.env
  const env = { PATH, HOME: copy, TMPDIR, PORT: '0', BATON_TOKEN: TOKEN }
  dev = spawn(process.execPath, ['local/dev/main.ts', '--no-isolation'], { cwd: copy, env })
  for (const output of [dev.stdout, dev.stderr])
    if (output)
      createInterface({ input: output }).on('line', (line) => {
        printed.push(line)
        for (const look of watchers) look()
      })
  await nextLine(/^\[dev\] Watching/)
  baton = client()
})
afterAll(async () => {
  dev.kill('SIGTERM')
  if (dev.exitCode === null) await once(dev, 'exit')
  rmSync(copy, { recursive: true, force: true })
})

/** Waits for a line after the first `from` lines of output. */
function nextLine(line: RegExp, from = 0): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (!printed.slice(from).some((each) => line.test(each))) return
      watchers.delete(look)
      resolve()
    }
    watchers.add(look)
    dev.once('exit', () => reject(new Error(`it has ended:\n${printed.join('\n')}`)))
    look()
  })
}

/** A restart takes another port, because none was chosen. */
function client() {
  const line = printed.findLast((each) => each.startsWith('Baton is at ')) ?? ''
  return clientOf({ url: /http:\S+(?=,)/.exec(line)?.[0] ?? '', token: TOKEN })
}

/** Changes a source and waits until the change has taken effect. */
async function change(file: string, from: string, to: string, line: RegExp): Promise<void> {
  const place = path.join(copy, file)
  const before = readFileSync(place, 'utf8')
  expect(before).toContain(from)
  const lines = printed.length
  writeFileSync(place, before.replace(from, to))
  await nextLine(line, lines)
}

const health = async () => (await baton.request('/health')).headers.get('x-changed')

const HANDLER = 'lambdas/public-api/handler.ts'
const PLAIN = 'timestamp: new Date().toISOString() })'

test('new code of a function serves the next request, while the server keeps running', async () => {
  await baton.send('main', 'hello')
  await baton.until('main', (all) => replies(all).length === 1)
  expect(await health()).toBe(null)
  const marked = `${PLAIN.slice(0, -1)}, 200, { 'x-changed': 'yes' })`
  await change(HANDLER, PLAIN, marked, /^\[dev\] .*new code for public-api/)
  expect(await health()).toBe('yes')
  expect(await baton.history('main')).toHaveLength(3)
})

test('an error in a source is reported, and its correction takes effect', async () => {
  await change(HANDLER, 'export const', 'export cnst', /^\[dev\] Build failed/)
  expect(await health()).toBe('yes')
  await change(HANDLER, 'export cnst', 'export const', /^\[dev\] .*new code for public-api/)
  expect(await health()).toBe('yes')
})

test('a change of the template restarts the server, and earlier messages are still there', async () => {
  await change(
    'lib/kit/service-function.ts',
    "NODE_OPTIONS: '--enable-source-maps',",
    "NODE_OPTIONS: '--enable-source-maps', CHANGED: 'template',",
    /^\[dev\] .*: restarted/,
  )
  baton = client()
  await change(
    HANDLER,
    "'x-changed': 'yes'",
    "'x-changed': process.env.CHANGED ?? ''",
    /^\[dev\] .*new code for public-api/,
  )
  expect(await health()).toBe('template')
  expect(await baton.history('main')).toHaveLength(3)
})
