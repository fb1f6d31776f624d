/** A request reaches the model over connections that break, and with a key that is rotated. */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test, vi } from 'vitest'
import { askUpstream } from '../../../lambdas/model-gateway/upstream.ts'
import { checkBody, proveSignature } from '../../../packages/local-aws/src/signature.ts'
import { setDeployment } from '../http/deployment.ts'

const deployment = setDeployment()

const servers: Server[] = []
const sockets = new Set<Socket>()
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers.splice(0)) await once(server.close(), 'close')
})

/**
 * A server that responds by the number of the request on its connection and overall; undefined closes the
 * connection.
 */
async function upstream(answer: (onConnection: number, head: string) => string | undefined) {
  const server = createServer((socket) => {
    sockets.add(socket)
    let count = 0
    socket.on('data', (bytes) => {
      const body = answer(++count, bytes.toString())
      if (body === undefined) return socket.destroy()
      const status = body === 'who?' ? '401 Unauthorized' : '200 OK'
      socket.write(`HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    })
  })
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('no port')
  vi.stubEnv('MODEL_BASE_URL', `http://127.0.0.1:${address.port}/base/`)
  vi.stubEnv('MODEL_KEY_SECRET', 'model-key')
}

const ask = async (signal?: AbortSignal) => {
  const answer = await askUpstream({
    ...(signal && { signal }),
    path: '/v1/messages?beta=true',
    headers: { 'x-api-key': 'token of the job', 'anthropic-version': '2023-06-01' },
    body: Buffer.from('{}'),
  })
  return text(answer)
}

test('a kept-alive connection that the model has closed is replaced', async () => {
  deployment.secrets.set('model-key', 'real')
  await upstream((onConnection) => (onConnection === 2 ? undefined : 'hello'))
  expect([await ask(), await ask(), await ask()]).toEqual(['hello', 'hello', 'hello'])
})

test('a new connection that breaks is a server error', async () => {
  deployment.secrets.set('model-key', 'real')
  await upstream(() => undefined)
  await expect(ask()).rejects.toMatchObject({ status: 502 })
})

test('a request and its response can be broken off', async () => {
  deployment.secrets.set('model-key', 'real')
  const never = new AbortController()
  await upstream(() => {
    never.abort()
    return ''
  })
  await expect(ask(never.signal)).rejects.toThrow()
})

test("the request is sent with Baton's key, which is read again if the model refuses it", async () => {
  const heads: string[] = []
  await upstream((_, head) => {
    heads.push(head)
    return head.includes('x-api-key: rotated') ? 'hello' : 'who?'
  })
  deployment.secrets.set('model-key', 'rotated')
  expect(await ask()).toBe('hello')
  expect(heads.at(-1)).toMatch(/^POST \/base\/v1\/messages\?beta=true HTTP\/1.1\r\n/)
  expect(heads.at(-1)).toContain('anthropic-version: 2023-06-01')
  expect(heads.at(-1)).toContain('accept-encoding: identity')
  expect(heads.join('')).not.toContain('token of the job')
  // It is read again at most once in ten seconds, so the client gets the model's refusal.
  deployment.secrets.set('model-key', 'newest')
  await upstream(() => 'who?')
  expect(await ask()).toBe('who?')
})

test('Bedrock gets a signature over the request instead of a key', async () => {
  let received = ''
  await upstream((_, head) => {
    received = head
    return 'hello'
  })
  deployment.secrets.delete('model-key')
  for (const [name, value] of [
    ['MODEL_UPSTREAM', 'bedrock'],
    ['AWS_SESSION_TOKEN', 'session'],
  ])
    vi.stubEnv(name ?? '', value)
  expect(await ask()).toBe('hello')
  const [line = '', ...rest] = received.split('\r\n')
  const headers = Object.fromEntries(
    rest.slice(0, rest.indexOf('')).map((each) => {
      const [name = '', ...value] = each.split(': ')
      return [name.toLowerCase(), value.join(': ')]
    }),
  )
  expect(headers).not.toHaveProperty('x-api-key')
  expect(headers).toMatchObject({
    'anthropic-version': '2023-06-01',
    'x-amz-security-token': 'session',
  })
  const [method = '', target = ''] = line.split(' ')
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const signer = await proveSignature({ method, target, headers }, credentials, Date.now())
  expect(signer).toEqual({ service: 'bedrock-mantle', region: 'us-east-1' })
  const check = (body: string) => checkBody({ method, target, headers, body: Buffer.from(body) })
  expect(() => check('{}')).not.toThrow()
  expect(() => check('{ }')).toThrow('not the one that was signed')
})
