/** An email is handed to SendGrid, and the outcome is known. */
import { beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { composeEmail } from '../../../src/channels/email/compose.ts'
import { postEmail } from '../../../src/channels/email/sendgrid.ts'
import { setDeployment } from '../http/deployment.ts'
import {
  answer,
  breakOff,
  closedPort,
  drop,
  type Reaction,
  silence,
  startProvider,
} from './provider.ts'

const deployment = setDeployment()
const sendgrid = await startProvider()

const MAIL = composeEmail({
  from: { email: 'baton@example.com' },
  to: { channel: 'email', address: 'ann@example.org', subject: 'Re: Größe' },
  text: 'Done.',
  messageId: '<m1@example.com>',
  customId: 'd1',
})
const errors = (status: number, message: string, field?: string) =>
  answer(status, { errors: [{ message, field: field ?? null, help: null }] })

beforeAll(() => {
  vi.stubEnv('SENDGRID_KEY_SECRET', 'sendgrid-key')
})

let time = Date.now()
beforeEach(() => {
  vi.stubEnv('SENDGRID_API_URL', sendgrid.url)
  deployment.secrets.set('sendgrid-key', 'key')
  time += 3_600_000
  vi.useFakeTimers({ toFake: ['Date'], now: time })
  return () => vi.useRealTimers()
})

test('an email that SendGrid accepts', async () => {
  sendgrid.react = answer(202, '', { 'X-Message-Id': '14c5d75ce93.dfd.64b469' })
  expect(await postEmail(MAIL)).toEqual({ status: 'sent', providerId: '14c5d75ce93.dfd.64b469' })
  const [asked] = sendgrid.asked
  expect(asked).toMatchObject({ method: 'POST', path: '/v3/mail/send' })
  expect(asked?.headers).toMatchObject({
    authorization: 'Bearer key',
    'content-type': 'application/json',
  })
  expect(JSON.parse(asked?.body ?? '')).toEqual(MAIL)
})

test('sandbox mode returns no id', async () => {
  sendgrid.react = answer(200)
  expect(await postEmail(MAIL)).toEqual({ status: 'sent', providerId: '' })
})

test.each([
  ['a wrong field', errors(400, 'Bad.', 'from.email'), 'refused', 'HTTP 400: from.email: Bad.'],
  ['an email that is too big', answer(413, '<html>'), 'refused', 'HTTP 413'],
  ['a wrong key', errors(401, 'Unauthorized'), 'later', 'HTTP 401: Unauthorized'],
  ['a sender that is not verified yet', errors(403, 'Forbidden'), 'later', 'HTTP 403: Forbidden'],
  ['too many requests', errors(429, 'too many requests'), 'later', 'HTTP 429: too many requests'],
  ['an error of SendGrid', errors(500, 'oops'), 'doubt', 'HTTP 500: oops'],
  ['a connection that breaks', drop, 'doubt', 'The response was lost: ECONNRESET.'],
  ['an answer that breaks off', breakOff(202, ''), 'doubt', 'The response was lost: ECONNRESET.'],
  ['silence', silence, 'doubt', 'The response was lost: timeout.'],
] satisfies Array<
  [string, Reaction, string, string]
>)('%s', async (_, reaction, status, problem) => {
  sendgrid.react = reaction
  expect(await postEmail(MAIL, 1000)).toEqual({ status, problem })
  expect(sendgrid.asked).toHaveLength(1)
})

test('no listener', async () => {
  vi.stubEnv('SENDGRID_API_URL', await closedPort())
  expect(await postEmail(MAIL)).toMatchObject({ status: 'later' })
})

test.each([401, 403])('a rotated key is read again on %i', async (status) => {
  sendgrid.react = (response, asked) =>
    (asked.headers.authorization === 'Bearer rotated'
      ? answer(202, '', { 'x-message-id': 'm' })
      : errors(status, 'no'))(response, asked)
  expect(await postEmail(MAIL)).toMatchObject({ status: 'later' })
  time += 20_000
  vi.setSystemTime(time)
  deployment.secrets.set('sendgrid-key', 'rotated')
  expect(await postEmail(MAIL)).toEqual({ status: 'sent', providerId: 'm' })
  expect(sendgrid.asked).toHaveLength(3)
})
