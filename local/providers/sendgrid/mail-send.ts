/** The body of `POST /v3/mail/send`: its schema, and SendGrid's error messages. */
import * as z from 'zod'

/** One error of the body, as SendGrid lists them. */
export interface SendError {
  readonly message: string
  readonly field: string | null
  readonly help: string | null
}

const address = z.object({
  email: z.string().regex(/^[^\s@]+@[^\s@]+$/),
  name: z.string().optional(),
})
const addresses = z.array(address).max(1000)
const headers = z.record(z.string(), z.string())
const customArgs = z.record(z.string(), z.string())

const personalization = z.object({
  to: addresses.min(1),
  cc: addresses.default([]),
  bcc: addresses.default([]),
  from: address.optional(),
  subject: z.string().optional(),
  headers: headers.default({}),
  custom_args: customArgs.default({}),
})

const attachment = z.object({
  content: z.base64().min(1),
  type: z.string().default('application/octet-stream'),
  filename: z.string().min(1),
  disposition: z.enum(['attachment', 'inline']).default('attachment'),
  content_id: z.string().optional(),
})

/** The supported parts of an email; other settings are accepted without effect. */
const email = z.looseObject({
  personalizations: z.array(personalization).min(1).max(1000),
  from: address,
  reply_to: address.optional(),
  reply_to_list: addresses.optional(),
  subject: z.string().optional(),
  content: z.array(z.object({ type: z.string().min(1), value: z.string().min(1) })).min(1),
  attachments: z.array(attachment).default([]),
  headers: headers.default({}),
  custom_args: customArgs.default({}),
  mail_settings: z
    .looseObject({ sandbox_mode: z.object({ enable: z.boolean() }).optional() })
    .optional(),
})
export type SendRequest = z.infer<typeof email>

/** Headers that SendGrid sets itself: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send */
const RESERVED = [
  'x-sg-id',
  'x-sg-eid',
  'received',
  'dkim-signature',
  'content-type',
  'content-transfer-encoding',
  'to',
  'from',
  'subject',
  'reply-to',
  'cc',
  'bcc',
]

const HELP = 'http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message'

const MISSING: Readonly<Record<string, string>> = {
  personalizations:
    'The personalizations field is required and must have at least one personalization.',
  from: 'The from object must be provided for every email send. It is an object that requires the email parameter, but may also contain a name parameter.',
  content:
    'Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block.',
}

/** Returns the parsed body, or everything that is wrong with it. */
export function readSendRequest(body: unknown): SendRequest | readonly SendError[] {
  const parsed = email.safeParse(body)
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => errorAt(path, message))
  const errors = [...subjectErrors(parsed.data), ...orderErrors(parsed.data)]
  errors.push(...headerErrors(parsed.data), ...replyErrors(parsed.data))
  return errors.length > 0 ? errors : parsed.data
}

function errorAt(path: readonly PropertyKey[], message: string): SendError {
  const field = path.join('.')
  return { message: MISSING[field] ?? message, field, help: `${HELP}.${field}` }
}

const subjectErrors = ({ subject, personalizations }: SendRequest): SendError[] =>
  subject || personalizations.every((each) => each.subject)
    ? []
    : [
        errorAt(
          ['subject'],
          'The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.',
        ),
      ]

/** Text comes before HTML. */
function orderErrors({ content }: SendRequest): SendError[] {
  const plain = content.findIndex(({ type }) => type === 'text/plain')
  return plain > 0
    ? [
        errorAt(
          ['content'],
          'If present, text/plain must be first, followed by text/html, followed by any other content.',
        ),
      ]
    : []
}

function headerErrors({ headers: common, personalizations }: SendRequest): SendError[] {
  const names = [common, ...personalizations.map((each) => each.headers)].flatMap(Object.keys)
  return names
    .filter((name) => RESERVED.includes(name.toLowerCase()))
    .map((name) => errorAt(['headers', name], `The header ${name} is reserved and cannot be set.`))
}

const replyErrors = ({ reply_to, reply_to_list }: SendRequest): SendError[] =>
  reply_to && reply_to_list
    ? [errorAt(['reply_to'], 'Only one of reply_to and reply_to_list can be set.')]
    : []
