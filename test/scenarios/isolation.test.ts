import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shellWord, writablePlaces } from '../../packages/local-e2b/test/support/host-places.ts'
import { block, replies, roles, sharedBaton, type TestBaton, testBaton } from '../support/baton.ts'

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

const gatewayPort = ({ aws }: TestBaton) =>
  Object.entries(aws.ports).find(([name]) => name.startsWith('Gateway'))?.[1]

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

/** What the operator may do, as requests of a worker who knows the token. */
const OPERATOR_REQUESTS = [
  'GET /api/sessions',
  'GET /api/people',
  'DELETE /api/sessions/reach',
  'PUT /api/people/%2B15550177',
  'GET /api/webhooks/sandbox/../../sessions',
  'GET /local/outbox',
  'POST /local/sms',
  'POST /api/webhooks/conductor/message',
  'GET /health',
]

describe.runIf(process.env.BATON_TEST_ISOLATION !== 'none')(
  'with the token under bubblewrap',
  () => {
    test('a worker is not the operator: it reaches callback, gateway and objects', async ({
      skip,
    }) => {
      if (baton.e2b.isolation !== 'bwrap') skip('bubblewrap does not work here')
      const { port } = new URL(baton.url)
      const { endpoint, gateway } = {
        endpoint: baton.aws.ports.endpoint,
        gateway: gatewayPort(baton),
      }
      const asked = [
        ...OPERATOR_REQUESTS.map((each) => `${port} ${each}`),
        `${port} POST /api/webhooks/sandbox/job`,
        `${port} GET /_s3/bucket/key`,
        `${gateway} POST /v1/messages`,
        `${endpoint} GET /`,
        `${baton.sandboxPort} GET /`,
      ]
      // Encoded, because no secret may be stored.
      const token = Buffer.from(baton.token).toString('base64')
      const auth = `authorization: Bearer $(echo ${token} | base64 -d)`
      const ask = `ask() { curl -s -o /dev/null -w '%{http_code}' --path-as-is -H "${auth}" "$@"; }`
      const lines = asked.map((each) => {
        const [at, method, path] = each.split(' ')
        return `echo "${each} -> $(ask -X ${method} 'http://127.0.0.1:${at}${path}')"`
      })
      const seen = await run('reach', [ask, ...lines].join('\n'))
      const statuses = new Map(
        [...seen.matchAll(/^(.+) -> (\d+)$/gm)].map(([, each, status]) => [each, status]),
      )
      expect(asked.map((each) => [each, statuses.get(each)])).toEqual([
        ...OPERATOR_REQUESTS.map((each) => [`${port} ${each}`, '404']),
        [`${port} POST /api/webhooks/sandbox/job`, '403'],
        [`${port} GET /_s3/bucket/key`, '403'],
        [`${gateway} POST /v1/messages`, '401'],
        [`${endpoint} GET /`, '000'],
        [`${baton.sandboxPort} GET /`, '000'],
      ])
      expect((await baton.request('/api/sessions/reach')).status).toBe(200)
    })
  },
)

describe('with a list of hosts that workers may reach', () => {
  let restricted: TestBaton
  /** Stands for every host outside. */
  const outside = createServer(({ headers }, response) => response.end(`from ${headers.host}`))
  beforeAll(async () => {
    await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
    const { port } = outside.address() as AddressInfo
    restricted = await testBaton({
      variables: { WORKER_EGRESS: '["pypi.org"]' },
      connectOutside: async () => connect({ port, host: '127.0.0.1', allowHalfOpen: true }),
    })
  })
  afterAll(async () => {
    await restricted.close()
    outside.close()
    outside.closeAllConnections()
  })

  test('a request to a host of the list succeeds', async ({ skip }) => {
    if (restricted.e2b.isolation !== 'bwrap') skip('bubblewrap does not work here')
    await restricted.send('listed', block('curl -sS --max-time 5 http://pypi.org/simple/'))
    const entries = await restricted.until('listed', (all) => replies(all).length === 2)
    expect(replies(entries).at(-1)).toContain('from pypi.org')
    await restricted.request('/api/sessions/listed', { method: 'DELETE' })
  })

  test('a request elsewhere fails, and the report names the setting', async () => {
    await restricted.send(
      'egress',
      block('curl -sS --fail --max-time 5 https://elsewhere.invalid/ 2>&1 && echo rea""ched'),
    )
    const entries = await restricted.until('egress', (all) => roles(all).includes('worker'))
    const [report] = entries.filter(({ role }) => role === 'worker')
    expect(report?.text).not.toContain('reached')
    expect(report?.text).toContain('Baton itself and 1 host: pypi.org')
    expect(report?.text).toContain('setting workerEgress')
    await restricted.request('/api/sessions/egress', { method: 'DELETE' })
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
