/** Named tokens: what they may do, when they end, and what a request costs in DynamoDB. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { hashOf, makeToken } from '../../../src/core/bearer-token.ts'
import { api } from '../../../src/http/api.ts'
import { noContent } from '../../../src/http/respond.ts'
import { answer, startProvider } from '../channels/provider.ts'
import { call, detailOf } from './call.ts'
import { OPERATOR, setDeployment } from './deployment.ts'

const deployment = setDeployment()
const dynamo = await startProvider()

/** Items of the partition by name. */
const stored = new Map<string, Readonly<Record<string, string>>>()

let hours = 0
beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', dynamo.url)
  vi.stubEnv('CONTACTS_TABLE', 'contacts')
  // Later than anything that the previous test has read.
  hours += 1
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(Date.UTC(2027, 0, 1, hours))
  stored.clear()
  dynamo.react = (response) => {
    const Items = [...stored.values()].map((item) =>
      Object.fromEntries(Object.entries(item).map(([key, S]) => [key, { S }])),
    )
    response.end(JSON.stringify({ Items }))
  }
})
afterEach(() => {
  vi.useRealTimers()
})

function add(name: string, access: string, more: Readonly<Record<string, string>> = {}): string {
  const token = makeToken()
  const createdAt = new Date().toISOString()
  stored.set(name, { scope: 'tokens', name, access, hash: hashOf(token), createdAt, ...more })
  return token
}

const handler = api(
  {
    'GET /read': { access: 'reader', internal: true },
    'POST /change': { access: 'operator', internal: true },
  },
  { 'GET /read': async () => noContent, 'POST /change': async () => noContent },
)
const request = (route: string, token: string) =>
  call(handler, { route, headers: { authorization: `Bearer ${token}` } })
const statusOf = async (route: string, token: string) => (await request(route, token)).statusCode

const READ = 'GET /read'
const CHANGE = 'POST /change'
const SECOND = 1_000
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)

test('an operator may do everything, a reader only read', async () => {
  const [ada, grace] = [add('ada', 'operator'), add('grace', 'reader')]
  expect([await statusOf(READ, ada), await statusOf(CHANGE, ada)]).toEqual([204, 204])
  expect(await statusOf(READ, grace)).toBe(204)
  detailOf(await request(CHANGE, grace), 403)
})

test('the log names the token of each request, and has no token', async () => {
  const ada = add('ada', 'operator')
  await request(READ, ada)
  await request(CHANGE, OPERATOR)
  const lines = deployment.log.join('').trim().split('\n')
  const accesses = lines.map((line) => JSON.parse(line)).filter((line) => line.route)
  expect(accesses.map(({ caller, route }) => [caller, route])).toEqual([
    ['ada', READ],
    ['api-token', CHANGE],
  ])
  expect(deployment.log.join('')).not.toContain(ada)
})

test('a known token is read once a minute, and that of the secret never', async () => {
  const ada = add('ada', 'operator')
  for (let i = 0; i < 20; i++) await request(READ, ada)
  for (let i = 0; i < 20; i++) await request(READ, OPERATOR)
  expect(dynamo.asked).toHaveLength(1)
  pass(60 * SECOND)
  await request(READ, ada)
  expect(dynamo.asked).toHaveLength(2)
})

test('a revoked token is refused after a minute', async () => {
  const [ada, grace] = [add('ada', 'operator'), add('grace', 'operator')]
  await request(READ, ada)
  stored.delete('ada')
  pass(60 * SECOND)
  detailOf(await request(READ, ada), 401)
  expect(await statusOf(READ, grace)).toBe(204)
})

test('a token is refused from the moment it expires, although it is still stored', async () => {
  const expiresAt = new Date(Date.now() + 5 * SECOND).toISOString()
  const ada = add('ada', 'operator', { expiresAt })
  expect(await statusOf(READ, ada)).toBe(204)
  pass(5 * SECOND)
  detailOf(await request(READ, ada), 401)
})

test('guessing costs one read in ten seconds, and none for texts of another form', async () => {
  await request(READ, add('ada', 'operator'))
  const before = dynamo.asked.length
  pass(10 * SECOND)
  for (const wrong of ['wrong', 'baton_', `${makeToken()}x`, makeToken().slice(1)])
    detailOf(await request(READ, wrong), 401)
  expect(dynamo.asked).toHaveLength(before)
  for (let i = 0; i < 50; i++) detailOf(await request(READ, makeToken()), 401)
  expect(dynamo.asked).toHaveLength(before + 1)
})

test('a new token works at once, or ten seconds after a wrong one', async () => {
  await request(READ, add('ada', 'operator'))
  pass(10 * SECOND)
  const grace = add('grace', 'reader')
  expect(await statusOf(READ, grace)).toBe(204)
  const late = add('late', 'reader')
  detailOf(await request(READ, late), 401)
  pass(10 * SECOND)
  expect(await statusOf(READ, late)).toBe(204)
})

test('is 503 while the table cannot be read, and works at the next request', async () => {
  const ada = add('ada', 'operator')
  const { react } = dynamo
  dynamo.react = answer(400, { __type: 'AccessDeniedException', message: 'no' })
  detailOf(await request(READ, ada), 503)
  expect(await statusOf(READ, OPERATOR)).toBe(204)
  dynamo.react = react
  expect(await statusOf(READ, ada)).toBe(204)
})
