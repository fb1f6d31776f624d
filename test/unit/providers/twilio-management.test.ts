/** What an account has at the Twilio emulator, as Twilio's own client reads and changes it. */
import twilioClient, { RequestClient } from 'twilio'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newNumber } from '../../../local/providers/twilio/account.ts'
import { SERVICE_SID, startTwilio, type Twilio } from '../../../local/providers/twilio/server.ts'
import { startWebhook, type Webhook } from './support/webhook.ts'

const NUMBER = '+15550199'
const SID = `AC${'1'.repeat(32)}`
const TOKEN = 'the-auth-token-of-this-test'

let twilio: Twilio
let hook: Webhook
beforeEach(async () => {
  twilio = await startTwilio({ accountSid: SID, authToken: TOKEN, number: NUMBER, log: () => {} })
  hook = await startWebhook({
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: '<Response/>',
  })
})
afterEach(async () => {
  await twilio.close()
  await hook.close()
})

/** Sends what is meant for Twilio's hosts to the emulator. */
class ToEmulator extends RequestClient {
  override request<Data>(
    options: Parameters<typeof RequestClient.prototype.request<Data>>[0],
  ): ReturnType<typeof RequestClient.prototype.request<Data>> {
    return super.request({ ...options, uri: options.uri.replace(/^https:\/\/[^/]+/, twilio.url) })
  }
}

const client = (token = TOKEN) => twilioClient(SID, token, { httpClient: new ToEmulator() })
const write = (to?: string) =>
  twilio.deliver({ from: '+15550100', body: 'hi', ...(to !== undefined && { to }) })

test('an SMS arrives at the address that a client gives to its number', async () => {
  expect(await write()).toMatchObject({ attempts: 0, status: null })
  const [number] = await client().incomingPhoneNumbers.list({ phoneNumber: NUMBER })
  expect(number).toMatchObject({ phoneNumber: NUMBER, smsUrl: '', smsMethod: 'POST' })
  expect(number?.capabilities.sms).toBe(true)
  const url = `${hook.url}/hook#rc=5&rp=all`
  const updated = await client()
    .incomingPhoneNumbers(number?.sid ?? '')
    .update({ smsUrl: url, smsMethod: 'POST' })
  expect(updated.smsUrl).toBe(url)
  expect(await write()).toMatchObject({ attempts: 1, status: 200 })
  expect(hook.asked.map(({ path }) => path)).toEqual(['/hook'])
})

test('a Messaging Service takes the messages of its numbers, unless it leaves them to the number', async () => {
  twilio.account.numbers.push(newNumber('+15550198'))
  const [number] = await client().incomingPhoneNumbers.list({ phoneNumber: NUMBER })
  await client()
    .incomingPhoneNumbers(number?.sid ?? '')
    .update({ smsUrl: `${hook.url}/number` })
  const service = client().messaging.v1.services(SERVICE_SID)
  expect((await service.phoneNumbers.list()).map(({ phoneNumber }) => phoneNumber)).toEqual([
    NUMBER,
  ])
  await service.update({
    inboundRequestUrl: `${hook.url}/service`,
    useInboundWebhookOnNumber: false,
  })
  await write()
  expect(await write('+15550198')).toMatchObject({ attempts: 0 })
  await service.update({ useInboundWebhookOnNumber: true })
  await write()
  expect(hook.asked.map(({ path }) => path)).toEqual(['/service', '/number'])
})

test('an application takes the messages of a number, so its address is not called', async () => {
  const [number] = await client().incomingPhoneNumbers.list()
  await client()
    .incomingPhoneNumbers(number?.sid ?? '')
    .update({ smsUrl: hook.url, smsApplicationSid: `AP${'2'.repeat(32)}` })
  expect(await write()).toMatchObject({ attempts: 0 })
})

test('registrations of brands and campaigns are listed', async () => {
  twilio.account.services[0]?.campaigns.push('VERIFIED')
  twilio.account.brands.push('APPROVED')
  const campaigns = await client().messaging.v1.services(SERVICE_SID).usAppToPerson.list()
  expect(campaigns.map(({ campaignStatus }) => campaignStatus)).toEqual(['VERIFIED'])
  const brands = await client().messaging.v1.brandRegistrations.list()
  expect(brands.map(({ status }) => status)).toEqual(['APPROVED'])
  const tollfreePhoneNumberSid = `PN${'4'.repeat(32)}`
  const verifications = client().messaging.v1.tollfreeVerifications
  expect(await verifications.list({ tollfreePhoneNumberSid })).toEqual([])
  twilio.account.verifications.set(tollfreePhoneNumberSid, 'IN_REVIEW')
  twilio.account.verifications.set(`PN${'5'.repeat(32)}`, 'TWILIO_APPROVED')
  expect(await verifications.list({ tollfreePhoneNumberSid })).toMatchObject([
    { tollfreePhoneNumberSid, status: 'IN_REVIEW' },
  ])
})

test('a wrong token, an unknown number and an unknown parameter are refused as by Twilio', async () => {
  await expect(client('wrong').incomingPhoneNumbers.list()).rejects.toMatchObject({ code: 20003 })
  await expect(
    client()
      .incomingPhoneNumbers(`PN${'3'.repeat(32)}`)
      .fetch(),
  ).rejects.toMatchObject({
    code: 20404,
  })
  const [number] = await client().incomingPhoneNumbers.list()
  const update = client()
    .incomingPhoneNumbers(number?.sid ?? '')
    .update({ voiceUrl: hook.url })
  await expect(update).rejects.toMatchObject({ code: 20001 })
})
