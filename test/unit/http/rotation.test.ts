/** Secrets that verify: for a stated time after a rotation the previous value is accepted as well. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { verifyPatiently, verifyWith } from '../../../src/adapters/verify-with.ts'
import { ACCEPTED_HOURS, type VerifyingSecret } from '../../../src/core/rotation.ts'
import { bearerOf } from '../../../src/http/authenticate.ts'
import { OPERATOR, READER, setDeployment } from './deployment.ts'

const deployment = setDeployment()

const SECOND = 1_000
const HOUR = 3_600_000
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)

let days = 0
beforeEach(() => {
  // Later than anything that the previous test has read.
  days += 30
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(Date.UTC(2027, 0, days))
})
afterEach(() => {
  vi.useRealTimers()
})

/** Changes a secret, as Secrets Manager keeps it. */
function rotate(id: string, value: string): void {
  const old = deployment.secrets.get(id) ?? ''
  deployment.previous.set(id, { value: old, rotatedAt: Date.now() })
  deployment.secrets.set(id, value)
}

const IDS: Readonly<Record<VerifyingSecret, string>> = {
  API_TOKEN_SECRET: 'api-token',
  READ_TOKEN_SECRET: 'read-token',
  JOB_KEY_SECRET: 'job-key',
  LINK_KEY_SECRET: 'link-key',
  TWILIO_TOKEN_SECRET: 'twilio-token',
  SENDGRID_PUBLIC_KEY_SECRET: 'sendgrid-key',
}

const accepts = async (name: VerifyingSecret, given: string, verify = verifyWith) =>
  (await verify(name, (value) => (value === given ? true : undefined))) ?? false

test.each(
  Object.entries(ACCEPTED_HOURS),
)('%s: both values are accepted for %i hours, also by a new function, and then the new one', async (key, hours) => {
  const name = key as VerifyingSecret
  const id = IDS[name]
  deployment.secrets.set(id, 'old')
  expect(await accepts(name, 'old')).toBe(true)
  rotate(id, 'new')
  const both = async () => [await accepts(name, 'old'), await accepts(name, 'new')]
  expect(await both()).toEqual([true, true])
  // Whatever it kept is too old now.
  pass(hours * HOUR - SECOND)
  expect(await both()).toEqual([true, true])
  pass(SECOND)
  expect(await both()).toEqual([false, true])
})

test('a bearer token that was rotated works on, and what it is for', async () => {
  rotate('api-token', 'new-operator')
  rotate('read-token', 'new-reader')
  for (const [token, name] of [
    [OPERATOR, 'api-token'],
    ['new-operator', 'api-token'],
    [READER, 'read-token'],
    ['new-reader', 'read-token'],
  ])
    expect(await bearerOf(`Bearer ${token}`)).toMatchObject({ name })
})

test('a value that was replaced twice is refused once nothing older is kept', async () => {
  rotate('api-token', 'new')
  expect(await accepts('API_TOKEN_SECRET', OPERATOR)).toBe(true)
  rotate('api-token', 'new')
  expect(await accepts('API_TOKEN_SECRET', OPERATOR)).toBe(true)
  pass(300 * SECOND)
  expect(await accepts('API_TOKEN_SECRET', OPERATOR)).toBe(false)
  expect(await accepts('API_TOKEN_SECRET', 'new')).toBe(true)
})

test('what does not verify costs reads once in ten seconds, and the previous value none while it is kept', async () => {
  rotate('api-token', 'new')
  await accepts('API_TOKEN_SECRET', 'new')
  pass(10 * SECOND)
  const before = deployment.reads
  for (let i = 0; i < 50; i++) await accepts('API_TOKEN_SECRET', `wrong-${i}`)
  // Both versions.
  expect(deployment.reads - before).toBe(2)
  for (let i = 0; i < 50; i++) expect(await accepts('API_TOKEN_SECRET', OPERATOR)).toBe(true)
  expect(deployment.reads - before).toBe(2)
})

test('a patient check reads after each call, although a wrong value was tried just before', async () => {
  const verify = (given: string) => accepts('SENDGRID_PUBLIC_KEY_SECRET', given, verifyPatiently)
  deployment.secrets.set('sendgrid-key', 'old')
  expect(await verify('wrong')).toBe(false)
  rotate('sendgrid-key', 'new')
  expect(await Promise.all(['new', 'new', 'old'].map(verify))).toEqual([true, true, true])
})

test('a previous value that cannot be used verifies nothing, and a current one is an error', async () => {
  const verify = (value: string) => {
    if (value !== 'usable') throw new Error('no key')
    return undefined
  }
  deployment.secrets.set('sendgrid-key', 'placeholder')
  await expect(verifyWith('SENDGRID_PUBLIC_KEY_SECRET', verify)).rejects.toThrow('no key')
  pass(HOUR)
  rotate('sendgrid-key', 'usable')
  expect(await verifyWith('SENDGRID_PUBLIC_KEY_SECRET', verify)).toBeUndefined()
})
