/** The hosts outside that an isolated sandbox reaches: those that its network rules name. */
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Sandbox } from 'e2b'
import { expect, onTestFinished, test } from 'vitest'
import { connectPublic } from '../src/connect-public.ts'
import { describeUnderBwrap, serverForTest } from './support/local-e2b.ts'

/** A server on this machine that stands for every host outside, and what was reached through it. */
async function outside() {
  const reached: string[] = []
  const server = createServer((request, response) => {
    response.write(`${request.headers.host}${request.url}: `)
    request.pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const connectOutside = async (host: string, wanted: number) => {
    reached.push(`${host}:${wanted}`)
    return connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  }
  return { port, reached, connectOutside }
}

const ALLOWED = ['allowed.example.com', '*.example.org']
const restricted = (allowOut: string[]) => ({ network: { allowOut, denyOut: ['0.0.0.0/0'] } })

const run = async ({ commands }: Sandbox, command: string) =>
  (await commands.run(`${command} || echo "[$?]"`)).stdout.trim()
const curl = (sandbox: Sandbox, words: string) => run(sandbox, `curl -s --max-time 5 ${words}`)

describeUnderBwrap('egress', (isolation) => {
  test('named hosts are reached by HTTP and through tunnels, others are not', async () => {
    const { reached, connectOutside } = await outside()
    const { client } = await serverForTest({ isolation, connectOutside })
    const sandbox = await client.Sandbox.create(restricted(ALLOWED))
    expect(await curl(sandbox, 'http://allowed.example.com/a?b -d ping')).toBe(
      'allowed.example.com/a?b: ping',
    )
    // A tunnel to the port of TLS; what stands for the host speaks without it.
    const tunnel = (host: string) => curl(sandbox, `--proxytunnel http://${host}:443/`)
    expect(await tunnel('files.example.org')).toBe('files.example.org:443/:')
    expect(await tunnel('refused.example.com')).toBe('[56]')
    expect(await curl(sandbox, 'http://refused.example.com/')).toContain('do not allow refused')
    expect(await curl(sandbox, 'http://example.org/')).toContain('do not allow example.org:80')
    expect(await curl(sandbox, 'http://allowed.example.com:8080/')).toContain('do not allow')
    expect(reached).toEqual(['allowed.example.com:80', 'files.example.org:443'])
  })

  test('what does not use the proxy reaches nothing, and the proxy asks the same of everybody', async () => {
    const { port, reached, connectOutside } = await outside()
    const { client } = await serverForTest({ isolation, connectOutside })
    const sandbox = await client.Sandbox.create(restricted(ALLOWED))
    expect(await curl(sandbox, "--noproxy '*' http://allowed.example.com/")).toBe('[6]')
    expect(await curl(sandbox, `http://127.0.0.1:${port}/`)).toBe('[7]')
    const byHand = `curl -s --max-time 5 --unix-socket /run/sandbox/links/3128 --request-target http://refused.example.com/ http://x/`
    expect(await run(sandbox, byHand)).toContain('do not allow refused.example.com:80')
    expect(reached).toEqual([])
  })

  test('Node and a list that is changed meanwhile', async () => {
    const { connectOutside } = await outside()
    const { client } = await serverForTest({ isolation, connectOutside })
    const sandbox = await client.Sandbox.create(restricted(ALLOWED))
    const fetched = `node -e "fetch('http://allowed.example.com/n').then((r) => r.text()).then(console.log)"`
    expect(await run(sandbox, fetched)).toBe('allowed.example.com/n:')
    await sandbox.updateNetwork({ allowOut: ['other.example.com'], denyOut: ['0.0.0.0/0'] })
    expect(await curl(sandbox, 'http://allowed.example.com/')).toContain('do not allow')
    expect(await curl(sandbox, 'http://other.example.com/')).toBe('other.example.com/:')
  })

  test('rules without a host outside open nothing', async () => {
    const { reached, connectOutside } = await outside()
    const { client } = await serverForTest({ isolation, connectOutside })
    for (const options of [
      {},
      { network: { denyOut: ['10.0.0.0/8'] } },
      restricted(['127.0.0.1']),
    ]) {
      const sandbox = await client.Sandbox.create(options)
      expect(await curl(sandbox, 'http://allowed.example.com/')).toBe('[6]')
      expect(await run(sandbox, 'ls /run/sandbox/links 2>/dev/null; true')).toBe('')
    }
    expect(reached).toEqual([])
  })
})

test('a name with a private address is not reached', async () => {
  await expect(connectPublic('localhost', 80)).rejects.toThrow('localhost has no public address')
})
