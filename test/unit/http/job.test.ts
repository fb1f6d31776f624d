/** A sandbox is identified by its job token alone. */
import { expect, test } from 'vitest'
import { signJobToken } from '../../../src/core/job-token.ts'
import { requireJob } from '../../../src/http/authenticate.ts'
import { http } from '../../../src/http/http.ts'
import { json } from '../../../src/http/respond.ts'
import { call, detailOf } from './call.ts'
import { JOB_KEY, OPERATOR, setDeployment } from './deployment.ts'

const deployment = setDeployment()

const guarded = http(async ({ headers }) => json(await requireJob(headers.authorization)))
const knock = (authorization: string) => call(guarded, { headers: { authorization } })

const claims = { session: 'main', worker: 'w1', leg: 1, job: 3, expires: 4_000_000_000 }

test('its claims are parsed', async () => {
  const { statusCode, body = '' } = await knock(`Bearer ${signJobToken(claims, JOB_KEY)}`)
  expect({ statusCode, claims: JSON.parse(body) }).toEqual({ statusCode: 200, claims })
})

test.each([
  ['no token', ''],
  ['another scheme', `Basic ${signJobToken(claims, JOB_KEY)}`],
  ['the operator token', `Bearer ${OPERATOR}`],
  ['a token of another key', `Bearer ${signJobToken(claims, 'other')}`],
  ['an expired token', `Bearer ${signJobToken({ ...claims, expires: 1 }, JOB_KEY)}`],
])('%s is 403', async (_, authorization) => {
  const detail = 'This route is for sandboxes. The job token is missing, forged or expired.'
  expect(detailOf(await knock(authorization), 403)).toBe(detail)
})

test('no token appears in the log', async () => {
  const token = signJobToken(claims, 'other')
  await knock(`Bearer ${token}`)
  expect(deployment.log.join('')).toContain('refused')
  expect(deployment.log.join('')).not.toContain(token)
})
