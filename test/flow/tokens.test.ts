/** Named tokens over the API: made, shown once, used, listed and revoked. */
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedBaton, type TestBaton } from '../support/baton.ts'
import { written } from '../support/log.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await sharedBaton()
})
afterAll(() => baton.close())

const create = (body: object) =>
  baton.request('/api/tokens', { method: 'POST', body: JSON.stringify(body) })
const revoke = (name: string) => baton.request(`/api/tokens/${name}`, { method: 'DELETE' })
const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
const names = async () => {
  const { tokens } = (await (await baton.request('/api/tokens')).json()) as {
    tokens: { name: string }[]
  }
  return tokens.map(({ name }) => name)
}

test('a token works as what it was made for, and is in the log by its name alone', async () => {
  const response = await create({ name: 'grace', access: 'reader', expiresInDays: 30 })
  expect(response.status).toBe(200)
  const { token, ...made } = (await response.json()) as Record<string, string>
  const days = Date.parse(made.expiresAt ?? '') - Date.parse(made.createdAt ?? '')
  expect(days / 86_400_000).toBe(30)
  const access = await baton.request('/api/access', as(token ?? ''))
  expect(await access.json()).toEqual({
    access: 'reader',
    name: 'grace',
    dashboardUrl: baton.url,
  })
  const stop = { ...as(token ?? ''), method: 'POST' }
  expect((await baton.request('/api/sessions/none/stop', stop)).status).toBe(403)
  const list = await baton.request('/api/tokens')
  expect(await list.json()).toEqual({ tokens: [made] })
  const callers = written(baton).filter(({ route }) => route === 'GET /api/access')
  expect(callers.map(({ caller }) => caller)).toContain('grace')
  expect(baton.log.join('\n')).not.toContain(token)
  await expectNotStored(token ?? '')
  expect((await revoke('grace')).status).toBe(204)
  expect((await revoke('grace')).status).toBe(404)
  expect(await names()).not.toContain('grace')
})

/** Only its hash is. */
async function expectNotStored(token: string): Promise<void> {
  const { region, endpoint, credentials, resources } = baton.aws
  const client = new DynamoDBClient({ region, endpoint, credentials })
  const contacts = resources.find('Baton/Channels/Contacts/Contacts', 'AWS::DynamoDB::GlobalTable')
  const { Items = [] } = await client.send(new ScanCommand({ TableName: contacts.physicalId }))
  const mine = Items.filter(({ name }) => name?.S === 'grace')
  expect(mine).toHaveLength(1)
  expect(JSON.stringify(Items)).not.toContain(token)
}

test.each([
  [{ name: 'a/b', access: 'reader' }, 400, 'name'],
  [{ name: 'api-token', access: 'reader' }, 400, 'is taken'],
  [{ name: 'ada', access: 'owner' }, 400, 'access'],
  [{ name: 'ada', access: 'reader', expiresInDays: 0 }, 400, 'expiresInDays'],
  [{ name: 'ada', access: 'reader', expires: 3 }, 400, 'expires'],
])('%j is %i', async (body, status, problem) => {
  const response = await create(body)
  expect([response.status, await response.text()]).toEqual([
    status,
    expect.stringContaining(problem),
  ])
})

test('a name is taken once, and the number of tokens has a limit', async () => {
  const made = Array.from({ length: 50 }, (_, i) => `ci-${i}`)
  const wanted = { access: 'reader' }
  expect((await create({ ...wanted, name: 'ci-0' })).status).toBe(200)
  expect((await create({ ...wanted, name: 'ci-0' })).status).toBe(409)
  for (const name of made.slice(1)) await create({ ...wanted, name })
  expect(await names()).toHaveLength(50)
  const more = await create({ ...wanted, name: 'one-more' })
  expect([more.status, await more.text()]).toEqual([409, expect.stringContaining('Revoke one')])
  for (const name of made) expect((await revoke(name)).status).toBe(204)
})
