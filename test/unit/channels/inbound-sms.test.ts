/** An SMS is parsed from Twilio's form, whatever other fields it has. */
import { expect, test } from 'vitest'
import { readUrlEncodedForm } from '../../../src/channels/sms/form.ts'
import { isOptOut, readSms, smsText, UnreadableSms } from '../../../src/channels/sms/inbound.ts'

const SMS = {
  MessageSid: `SM${'0a'.repeat(16)}`,
  AccountSid: `AC${'1b'.repeat(16)}`,
  From: '+15550100',
  To: '+15550199',
  Body: ' Grüße \n😀 ',
  NumMedia: '0',
}
const formOf = (fields: Readonly<Record<string, string>>) =>
  readUrlEncodedForm(Buffer.from(new URLSearchParams(fields).toString()))
const without = (name: string) =>
  Object.fromEntries(Object.entries(SMS).filter(([each]) => each !== name))

test('an SMS with text, which is not trimmed', () => {
  expect(readSms(formOf({ ...SMS, SmsSid: 'SM', FromCity: '', __proto__x: '1' }))).toEqual({
    messageSid: SMS.MessageSid,
    accountSid: SMS.AccountSid,
    from: '+15550100',
    to: '+15550199',
    body: ' Grüße \n😀 ',
    media: [],
  })
})

test('pictures without text; a missing one is omitted', () => {
  const sms = readSms(
    formOf({
      ...SMS,
      Body: '',
      NumMedia: '4',
      MediaUrl0: 'https://api.example.com/Media/ME0',
      MediaContentType0: 'image/jpeg',
      MediaUrl2: 'https://api.example.com/Media/ME2',
      MediaUrl3: 'nowhere',
      MediaUrl4: 'https://api.example.com/Media/ME4',
    }),
  )
  expect(sms.media).toEqual([
    { url: 'https://api.example.com/Media/ME0', type: 'image/jpeg' },
    { url: 'https://api.example.com/Media/ME2', type: 'application/octet-stream' },
  ])
  expect(smsText(sms)).toBe(
    [
      '[media] image/jpeg https://api.example.com/Media/ME0',
      '[media] application/octet-stream https://api.example.com/Media/ME2',
    ].join('\n'),
  )
  expect(smsText({ ...sms, body: 'See:' })).toMatch(/^See:\n\[media\] image/)
})

test('body and number of media may be absent', () => {
  const { Body: _body, NumMedia: _media, ...least } = SMS
  expect(readSms(formOf(least))).toMatchObject({ body: '', media: [] })
})

test.each(['MessageSid', 'AccountSid', 'From', 'To'])('no SMS without %s', (name) => {
  expect(() => readSms(formOf(without(name)))).toThrow(UnreadableSms)
  expect(() => readSms(formOf({ ...SMS, [name]: '' }))).toThrow(name)
})

test.each([
  { MessageSid: 'SM1' },
  { MessageSid: `SM${'../'.repeat(11)}`.slice(0, 34) },
  { AccountSid: `SM${'0'.repeat(32)}` },
  { NumMedia: '1e3' },
  { NumMedia: '-1' },
  { From: '1'.repeat(257) },
])('not an SMS: %j', (odd) => {
  expect(() => readSms(formOf({ ...SMS, ...odd }))).toThrow(UnreadableSms)
})

test('errors contain no values', () => {
  expect(() => readSms(formOf({ ...SMS, MessageSid: 'private' }))).toThrow(
    /^Missing or malformed fields: MessageSid\.$/,
  )
})

test('a repeated field is refused, because the signature does not cover the order; equal values count once', () => {
  const text = new URLSearchParams(SMS).toString()
  expect(() => readSms(readUrlEncodedForm(Buffer.from(`${text}&Body=other`)))).toThrow('Body')
  expect(readSms(readUrlEncodedForm(Buffer.from(`${text}&To=%2B15550199`)))).toMatchObject({
    to: SMS.To,
  })
  const media = `${text}&MediaUrl0=https%3A%2F%2Fa.example.com&MediaUrl0=https%3A%2F%2Fb.example.com`
  expect(() =>
    readSms(readUrlEncodedForm(Buffer.from(media.replace('Media=0', 'Media=1')))),
  ).toThrow('Media')
})

test.each([
  ['STOP', true],
  [' stop\n', true],
  ['Unsubscribe', true],
  ['start', true],
  ['iNfO', true],
  ['HELP', true],
  ['OptOut', true],
  ['STOP PLEASE', false],
  ['stop.', false],
  ['yes', false],
  ['', false],
  ['constructor', false],
])('Twilio itself replies to %j: %s', (body, expected) => {
  expect(isOptOut({ body })).toBe(expected)
})

test('Twilio marks messages that it has replied to', () => {
  const sms = readSms(formOf({ ...SMS, Body: 'arrêt', OptOutType: 'STOP' }))
  expect(isOptOut(sms)).toBe(true)
  expect(isOptOut(readSms(formOf({ ...SMS, OptOutType: '' })))).toBe(false)
})
