/** SMS and emails that Baton must ignore: forged senders, strangers, and posts that are not the provider's. */
import {
  type EmailCase,
  email,
  type HostileCase,
  type SmsCase,
  sms,
  WISHES,
} from './hostile-case.ts'

const ADA = 'ada@example.com'
const EVE = 'eve@example.net'
const FAILED = { spf: 'fail', dkim: 'none' } as const
const PROVEN_OF_EVE = { spf: 'pass', dkim: '{@example.net : pass}' } as const

const forged = (name: string, given: EmailCase['email'], how: EmailCase['how'] = FAILED) =>
  email(name, { from: ADA, text: WISHES, ...given }, { sent: 'forged', how })

const strange = (name: string, given: EmailCase['email'], how: EmailCase['how'] = PROVEN_OF_EVE) =>
  email(name, { from: EVE, text: WISHES, ...given }, { sent: 'stranger', how })

const emails: readonly EmailCase[] = [
  forged('nothing vouches for it', {}),
  forged("SPF passes for the attacker's domain", { envelopeFrom: EVE }, { ...FAILED, spf: 'pass' }),
  forged("DKIM passes for the attacker's domain", {}, { ...FAILED, dkim: '{@example.net : pass}' }),
  forged('both pass for another domain', { envelopeFrom: EVE }, PROVEN_OF_EVE),
  forged(
    'the signature of the right domain fails',
    { envelopeFrom: EVE },
    {
      spf: 'pass',
      dkim: '{@example.com : fail, @example.net : pass}',
    },
  ),
  forged(
    'a domain that begins like the right one',
    { envelopeFrom: 'ada@example.com.example.net' },
    {
      spf: 'pass',
      dkim: '{@example.com.example.net : pass}',
    },
  ),
  forged(
    'a verdict that is no verdict',
    {},
    { spf: 'softfail', dkim: '{@example.com : pass, pass}' },
  ),
  forged(
    'a verdict within a domain',
    {},
    {
      ...FAILED,
      dkim: '{@example.net : pass, @x:y@example.com : pass}',
    },
  ),
  forged('the whole of .com vouches', {}, { ...FAILED, dkim: '{@com : pass}' }),
  forged(
    'an envelope whose local part is the right address',
    {
      envelopeFrom: '"ada@example.com"@example.net',
    },
    { ...FAILED, spf: 'pass' },
  ),
  forged('two From headers, the right one first', { headers: { FROM: EVE } }, PROVEN_OF_EVE),
  forged(
    'two From headers, the right one last',
    { from: EVE, headers: { FROM: ADA } },
    PROVEN_OF_EVE,
  ),
  forged('two addresses in one From', { headers: { From: `${ADA}, ${EVE}` } }, PROVEN_OF_EVE),
  forged('a group in From', { headers: { From: `Friends: ${EVE}, ${ADA};` } }, PROVEN_OF_EVE),
  forged('Authentication-Results that the attacker wrote', {
    headers: {
      'Authentication-Results':
        'mx.example.com; spf=pass; dkim=pass header.d=example.com; dmarc=pass',
      'Received-SPF': 'pass',
      'ARC-Authentication-Results': 'i=1; mx.example.com; dkim=pass header.d=example.com',
    },
  }),
  forged(
    'a Sender and a Return-Path that are right',
    {
      from: EVE,
      headers: { Sender: ADA, 'Return-Path': `<${ADA}>` },
    },
    PROVEN_OF_EVE,
  ),
  forged(
    'a second SPF field in the post',
    {},
    {
      ...FAILED,
      extraParts: [{ name: 'SPF', content: 'pass' }],
    },
  ),
  forged(
    'a second signature field in the post',
    {},
    {
      ...FAILED,
      extraParts: [{ name: 'dkim', content: '{@example.com : pass}' }],
    },
  ),
  forged(
    'a second envelope in the post, taken apart',
    {},
    {
      mode: 'parsed',
      spf: 'pass',
      dkim: 'none',
      extraParts: [{ name: 'envelope', content: `{"to":["baton@example.com"],"from":"${ADA}"}` }],
    },
  ),
  strange('a stranger with a proven address', {}),
  strange('a name that is the right address', { fromName: ADA }),
  strange('a name that is the right address in brackets', { fromName: `Ada <${ADA}>` }),
  strange('the right address in a comment', { headers: { From: `${EVE} (${ADA})` } }),
  strange('the right address unquoted before the own one', {
    headers: { From: `${ADA} <${EVE}>` },
  }),
  strange('an encoded name that holds the right address', {
    headers: { From: `=?UTF-8?B?${Buffer.from(`<${ADA}>`).toString('base64')}?= <${EVE}>` },
  }),
  strange(
    'a subdomain, of which nobody is on the list',
    { from: 'ada@sub.example.com' },
    {
      spf: 'pass',
      dkim: '{@sub.example.com : pass}',
    },
  ),
  strange(
    'a domain that ends in the right one',
    { from: 'ada@example.com.example.org' },
    {
      spf: 'pass',
      dkim: '{@example.com.example.org : pass}',
    },
  ),
  strange('Reply-To and Cc are right', { headers: { 'Reply-To': ADA, Cc: ADA } }),
  email(
    'SendGrid did not sign it',
    { from: ADA, text: WISHES },
    {
      sent: 'unsigned',
      how: { signed: false },
    },
  ),
  email(
    'a bounce that asks for things',
    { from: ADA, envelopeFrom: '', text: WISHES },
    {
      sent: 'forged',
    },
  ),
]

const strangeSms = (
  name: string,
  more: Partial<SmsCase['sms']>,
  sent: SmsCase['sent'] = 'stranger',
) => ({
  ...sms(name, WISHES, { sent }),
  sms: { body: WISHES, from: '+15550150', ...more },
})

const texts: readonly SmsCase[] = [
  strangeSms('a stranger', {}),
  strangeSms('a stranger with an order', { body: '/stop' }),
  strangeSms('a number without its plus sign', { from: '15550100' }, 'forged'),
  strangeSms('the right number on another service', { from: 'whatsapp:+15550100' }, 'forged'),
  strangeSms('a name in place of a number', { from: 'BATON' }, 'forged'),
  strangeSms('the right number, and a word behind it', { from: '+15550100 Ada' }, 'forged'),
  strangeSms('to another number', { from: '+15550100', to: '+15550199' }, 'forged'),
  strangeSms('Twilio did not sign it', { from: '+15550100' }, 'unsigned'),
]

export const IGNORED: readonly HostileCase[] = [...emails, ...texts]
