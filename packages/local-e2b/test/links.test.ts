/** The network of an isolated sandbox: its links, and nothing else. */
import { createServer, type Server } from 'node:http'
import { networkInterfaces } from 'node:os'
import type { Sandbox } from 'e2b'
import { expect, onTestFinished, test } from 'vitest'
import { describeUnderBwrap, serverForTest } from './support/local-e2b.ts'

/** A server on the host that echoes requests, on any free port. */
async function echoServer(name = 'heard'): Promise<number> {
  const server: Server = createServer((request, response) => {
    response.write(`${name}: `)
    request.pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const curl = async ({ commands }: Sandbox, url: string, options = '') => {
  const { stdout } = await commands.run(`curl -s --max-time 3 ${options} ${url} || echo "[$?]"`)
  return stdout
}

describeUnderBwrap('links', (isolation) => {
  test('a linked port is the same port inside, in both directions and for large bodies', async () => {
    const port = await echoServer()
    const { client } = await serverForTest({ isolation, links: () => [{ port, hostPort: port }] })
    const sandbox = await client.Sandbox.create()
    const url = `http://localhost:${port}/`
    expect(await curl(sandbox, url, '-d ping')).toBe('heard: ping')
    await sandbox.files.write('big', 'x'.repeat(3_000_000))
    const sum = await sandbox.commands.run(
      `curl -s --data-binary @$HOME/big http://127.0.0.1:${port}/ | wc -c`,
    )
    expect(sum.stdout.trim()).toBe(String(3_000_000 + 'heard: '.length))
  })

  test('behind a port of the sandbox may be another port of the host, and then only that', async () => {
    const [api, narrow] = [await echoServer('api'), await echoServer('narrow')]
    const { client } = await serverForTest({
      isolation,
      links: () => [{ port: api, hostPort: narrow }],
    })
    const sandbox = await client.Sandbox.create()
    expect(await curl(sandbox, `http://127.0.0.1:${api}/`, '-d x')).toBe('narrow: x')
    expect(await curl(sandbox, `http://127.0.0.1:${narrow}/`)).toMatch(/\[7\]/)
  })

  test('an unlinked port is closed, on every address of this machine', async () => {
    const [linked, other] = [await echoServer(), await echoServer()]
    const { client, server } = await serverForTest({
      isolation,
      links: () => [{ port: linked, hostPort: linked }],
    })
    const sandbox = await client.Sandbox.create()
    const addresses = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({ family }) => family === 'IPv4')
      .map(({ address }) => address)
    expect(addresses).toContain('127.0.0.1')
    for (const address of addresses)
      expect(await curl(sandbox, `http://${address}:${other}/`)).toMatch(/\[7\]/)
    expect(await curl(sandbox, server.url)).toMatch(/\[7\]/)
  })

  test('there is no other network and no other interface', async () => {
    const { client } = await serverForTest({ isolation })
    const sandbox = await client.Sandbox.create()
    const { stdout } = await sandbox.commands.run('cat /proc/net/dev | tail -n +3 | cut -d: -f1')
    expect(stdout.trim()).toBe('lo')
    expect(await curl(sandbox, 'http://192.0.2.1/')).toMatch(/\[7\]/)
  })

  test('links are read at each boot, and each sandbox keeps those it booted with', async () => {
    const [one, two] = [await echoServer(), await echoServer()]
    const links = [{ port: one, hostPort: one }]
    const { client } = await serverForTest({ isolation, links: () => links })
    const first = await client.Sandbox.create()
    links.splice(0, 1, { port: two, hostPort: two })
    const second = await client.Sandbox.create()
    const reach = (sandbox: Sandbox, port: number) =>
      curl(sandbox, `http://127.0.0.1:${port}/`, '-d x')
    expect([await reach(first, one), await reach(second, two)]).toEqual(['heard: x', 'heard: x'])
    expect(await reach(first, two)).toMatch(/\[7\]/)
    expect(await reach(second, one)).toMatch(/\[7\]/)
  })

  test('network rules that do not allow the links close them', async () => {
    const port = await echoServer()
    const { client } = await serverForTest({ isolation, links: () => [{ port, hostPort: port }] })
    const reach = async (options: object) =>
      curl(await client.Sandbox.create(options), `http://127.0.0.1:${port}/`, '-d x')
    const denyOut = ['0.0.0.0/0']
    expect(await reach({ network: { denyOut: ['10.0.0.0/8'] } })).toBe('heard: x')
    expect(await reach({ network: { allowOut: ['pypi.org', '127.0.0.1'], denyOut } })).toBe(
      'heard: x',
    )
    expect(await reach({ network: { allowOut: ['pypi.org'], denyOut } })).toMatch(/\[7\]/)
    expect(await reach({ allowInternetAccess: false })).toMatch(/\[7\]/)
  })

  test('a linked port without a listener closes the connection and does no harm', async () => {
    const port = await echoServer()
    const dead = port === 65_535 ? port - 1 : port + 1
    const { client } = await serverForTest({
      isolation,
      links: () => [port, dead].map((each) => ({ port: each, hostPort: each })),
    })
    const sandbox = await client.Sandbox.create()
    expect(await curl(sandbox, `http://127.0.0.1:${dead}/`)).toMatch(/\[(52|56)\]/)
    expect(await curl(sandbox, `http://127.0.0.1:${port}/`, '-d x')).toBe('heard: x')
  })

  test("the daemon's own socket cannot be replaced", async () => {
    const { client } = await serverForTest({ isolation })
    const sandbox = await client.Sandbox.create()
    const { stdout } = await sandbox.commands.run('ls -A /run/sandbox/envd')
    expect(stdout).toBe('')
  })
})
