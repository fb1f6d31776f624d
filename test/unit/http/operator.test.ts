/** The operator is authenticated by one bearer token; any other is refused. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { requireOperator, requireReader } from '../../../src/http/authenticate.ts'
import { http } from '../../../src/http/http.ts'
import { noContent } from '../../../src/http/respond.ts'
import { call, detailOf } from './call.ts'
import { INTERNAL, OPERATOR, READER, setDeployment } from './deployment.ts'

const deployment = setDeployment()

const guarded = http(async (event) => {
  await requireOperator(event.headers.authorization)
  return noContent
})

const withToken = (authorization: string) => call(guarded, { headers: { authorization } })
const knock = (token: string) => withToken(`Bearer ${token}`)

let hours = 0

/** Stops the clock, later than anything cached in the previous test. */
function letTimePass() {
  vi.useFakeTimers({ toFake: ['Date'] })
  hours += 1
  vi.setSystemTime(Date.now() + hours * 3_600_000)
}

afterEach(() => {
  vi.useRealTimers()
})

test.each([
  `Bearer ${OPERATOR}`,
  `bearer ${OPERATOR}`,
  `BEARER   ${OPERATOR}  `,
])('is accepted with %j', async (authorization) => {
  expect(await withToken(authorization)).toMatchObject({ statusCode: 204 })
})

describe('is 401 without valid credentials', () => {
  test('if there are none', async () => {
    expect(detailOf(await call(guarded, {}), 401)).toContain(
      '"Authorization: Bearer <operator token>"',
    )
  })

  test.each([
    '',
    'Bearer',
    'Bearer ',
    OPERATOR,
    `Basic ${OPERATOR}`,
    `Bearer${OPERATOR}`,
    `Bearer\t${OPERATOR}`,
    ` Bearer ${OPERATOR}`,
    `Bearer "${OPERATOR}"`,
    `Bearer ${OPERATOR}, Bearer ${OPERATOR}`,
    `Bearer ${OPERATOR} x`,
    `Bearer ${OPERATOR}\n`,
    'Bearer é',
  ])('%j', async (authorization) => {
    expect(detailOf(await withToken(authorization), 401)).toContain('needs the header')
  })
})

test.each([
  'wrong',
  OPERATOR.slice(0, -1),
  `${OPERATOR}x`,
  OPERATOR.toUpperCase(),
  'x'.repeat(100_000),
])('is 401 with another token', async (token) => {
  const answer = await knock(token)
  expect(detailOf(answer, 401)).toContain('The bearer token does not belong to this deployment')
  expect(answer.headers['www-authenticate']).toBe('Bearer')
})

describe('a rotated token', () => {
  test('is accepted at once, and the old one is refused', async () => {
    letTimePass()
    await knock(OPERATOR)
    deployment.secrets.set('api-token', 'rotated')
    expect(await knock('rotated')).toMatchObject({ statusCode: 204 })
    detailOf(await knock(OPERATOR), 401)
  })

  test('is accepted within ten seconds if a wrong one was tried just before', async () => {
    letTimePass()
    detailOf(await knock('wrong'), 401)
    deployment.secrets.set('api-token', 'rotated')
    detailOf(await knock('rotated'), 401)
    vi.setSystemTime(Date.now() + 10_000)
    expect(await knock('rotated')).toMatchObject({ statusCode: 204 })
  })
})

test('many wrong tokens read the secret only once more', async () => {
  letTimePass()
  await Promise.all([OPERATOR, READER].map(knock))
  const before = deployment.reads
  for (let attempt = 0; attempt < 50; attempt++) detailOf(await knock(`wrong-${attempt}`), 401)
  // Each of the two secrets.
  expect(deployment.reads - before).toBe(2)
})

describe('with the read-only token', () => {
  const read = http(async (event) => {
    await requireReader(event.headers.authorization)
    return noContent
  })
  const headers = { authorization: `Bearer ${READER}` }

  test('reading is allowed, as for the operator', async () => {
    expect(await call(read, { headers })).toMatchObject({ statusCode: 204 })
    const operator = { authorization: `Bearer ${OPERATOR}` }
    expect(await call(read, { headers: operator })).toMatchObject({ statusCode: 204 })
    detailOf(await call(read, { headers: { authorization: 'Bearer wrong' } }), 401)
  })

  test('changing anything is 403', async () => {
    expect(detailOf(await knock(READER), 403)).toContain('needs the operator token')
  })

  test('a rotated one is accepted at once', async () => {
    letTimePass()
    await call(read, { headers })
    deployment.secrets.set('read-token', 'rotated')
    const rotated = { authorization: 'Bearer rotated' }
    expect(await call(read, { headers: rotated })).toMatchObject({ statusCode: 204 })
  })
})

describe('is 503 if the secret', () => {
  test.each([
    ['cannot be read', () => deployment.secrets.delete('api-token')],
    ['was never given a value', () => deployment.secrets.set('api-token', '')],
  ])('%s', async (_, lose) => {
    letTimePass()
    lose()
    const answer = await knock(OPERATOR)
    detailOf(answer, 503)
    expect(JSON.stringify(answer)).not.toMatch(new RegExp(`${INTERNAL}|api-token`))
  })
})

test('no token appears in the log', async () => {
  await knock('wrong-secret')
  await knock(OPERATOR)
  expect(deployment.log.join('')).toContain('refused')
  expect(deployment.log.join('')).not.toMatch(new RegExp(`wrong-secret|${OPERATOR}`))
})
