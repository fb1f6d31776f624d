import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shellWord, writablePlaces } from '../../packages/local-e2b/test/support/host-places.ts'
import { block, replies, sharedBaton, type TestBaton } from '../support/baton.ts'

const CANARY = `canary-${randomBytes(6).toString('hex')}`
const planted = writablePlaces().map((folder) => path.join(folder, `.${CANARY}`))
let baton: TestBaton
let tmpBefore: readonly string[]

beforeAll(async () => {
  process.env.BATON_CANARY = CANARY
  for (const file of planted) writeFileSync(file, CANARY)
  baton = await sharedBaton('real')
  tmpBefore = readdirSync(tmpdir())
})
afterAll(async () => {
  await baton.close()
  delete process.env.BATON_CANARY
  for (const file of planted) rmSync(file, { force: true })
})

const run = async (session: string, script: string) => {
  await baton.send(session, block(script))
  const entries = await baton.until(session, (all) => replies(all).length === 2)
  return replies(entries).at(-1) ?? ''
}

test('a worker sees only an environment made for it', async () => {
  const seen = await run('env', 'env; tr "\\0" "\\n" < /proc/$PPID/environ; id -un || true')
  expect(seen).toContain('HOME=')
  expect(seen).not.toContain(CANARY)
  for (const name of ['AWS_', 'BATON_TOKEN', 'BATON_JOB_TOKEN', 'E2B_API_KEY', 'PORT='])
    expect(seen).not.toContain(name)
})

describe.runIf(process.env.BATON_TEST_ISOLATION !== 'none')('under bubblewrap', () => {
  test('nothing of the host is readable: files, other processes, the network', async ({ skip }) => {
    if (baton.e2b.isolation !== 'bwrap') skip('bubblewrap does not work here')
    const seen = await run(
      'bwrap',
      [
        `grep -rsl ${CANARY} /home /root /tmp /etc /var /run /opt /mnt /srv 2>/dev/null | head; echo files-done`,
        'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n" | grep -c canary; echo proc-done',
        `ls -a ${shellWord(homedir())} 2>&1 | head -30`,
        'bash -c "exec 3<>/dev/tcp/192.0.2.1/80" 2>&1 | tail -1',
      ].join('\n'),
    )
    expect(seen).toContain('files-done')
    expect(seen.split('files-done')[0]).not.toContain(CANARY)
    expect(seen).not.toContain(path.basename(planted[0] ?? ''))
    expect(seen).toMatch(/unreachable/i)
  })
})

test('the CLI writes nothing outside its sandbox', async () => {
  await run('writes', 'echo here > ~/inside; echo t > /tmp/t')
  const claude = ['.claude', '.claude.json'].map((name) => path.join(homedir(), name))
  const fresh = readdirSync(tmpdir()).filter((name) => !tmpBefore.includes(name))
  expect(fresh.filter((name) => /claude/i.test(name))).toEqual([])
  expect(claude.map((file) => existsSync(file) && file).filter(Boolean).length).toBe(claudeBefore)
})

const claudeBefore = ['.claude', '.claude.json'].filter((name) =>
  existsSync(path.join(homedir(), name)),
).length
