import { expect, test } from 'vitest'
import type { DeliveryRecord } from '../../../src/channels/delivery.ts'
import {
  afterStatus,
  deliveryParameter,
  readDeliveryParameter,
} from '../../../src/channels/sms/status.ts'

const at = '2026-01-01T00:00:00.000Z'
const record = (given: Partial<DeliveryRecord> = {}): DeliveryRecord => ({
  to: '+15550100',
  channel: 'sms',
  status: 'sent',
  providerId: 'SM1',
  at,
  ...given,
})
const callback = (status: string, errorCode?: string) => ({
  status,
  sid: 'SM1',
  at: '2026-01-01T00:00:01.000Z',
  ...(errorCode !== undefined && { errorCode }),
})

test.each([
  ['delivered', 'delivered'],
  ['undelivered', 'undelivered'],
  ['failed', 'undelivered'],
  ['canceled', 'undelivered'],
  ['read', 'delivered'],
])('%s is final', (status, becomes) => {
  const after = afterStatus(record(), callback(status, '30003'))
  expect(after).toMatchObject({
    status: becomes,
    providerId: 'SM1',
    problem: 'Twilio error 30003',
  })
  if (after) expect(afterStatus(after, callback('sent'))).toBeUndefined()
  if (after) expect(afterStatus(after, callback('delivered'))).toBeUndefined()
})

test('an error of the sender says what to do', () => {
  const problemOf = (code: string) => afterStatus(record(), callback('undelivered', code))?.problem
  expect(problemOf('30034')).toMatch(/^Twilio error 30034: the number is not registered for A2P/)
  expect(problemOf('30032')).toBe('Twilio error 30032: the toll-free number is not verified')
})

test.each([
  'queued',
  'sending',
  'sent',
])('%s does not change a message that is known to be sent', (status) => {
  expect(afterStatus(record(), callback(status))).toBeUndefined()
})

test('a callback shows that a message was accepted whose sending got no response', () => {
  const { providerId: _, ...sending } = record({ status: 'sending' })
  expect(afterStatus(sending, callback('queued'))).toMatchObject({
    status: 'sent',
    providerId: 'SM1',
  })
})

test('a delivery is found by its parameter', () => {
  const key = { sessionId: 'sms-15550100', seq: 4, name: 'reply.0' }
  expect(readDeliveryParameter(deliveryParameter(key))).toEqual(key)
})

test.each([
  undefined,
  '',
  'x',
  Buffer.from('[1,2,3]').toString('base64url'),
])('%j is not a delivery', (text) => {
  expect(readDeliveryParameter(text)).toBeUndefined()
})
