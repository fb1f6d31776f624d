/** Routes for messages over HTTP. */
import * as z from 'zod'
import { sessionId } from '../../src/contract/api/ids.ts'
import type { Routes } from '../../src/http/route.ts'

/** The most bytes of a message's text. */
export const MAX_CONTENT = 128 * 1024
/** JSON may need six bytes for one (`\u0001`); the other fields need some more. */
const MAX_BODY = 6 * MAX_CONTENT + 4096

const content = z
  .string()
  .refine((text) => text.trim() !== '', 'must not be empty')
  .refine((text) => text.isWellFormed(), 'is not valid Unicode: it contains half a surrogate pair')
  .meta({ minLength: 1, description: 'At most 128 KiB in UTF-8, and not blank' })

const headers = {
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'an Idempotency-Key is 1 to 255 printable ASCII characters')
    .optional(),
  Prefer: z
    .string()
    .optional()
    .meta({ examples: ['wait=25'] }),
} as const

const responses = {
  200: {
    description: 'The reply came in time.',
    schema: 'Replied',
    headers: { 'Preference-Applied': {} },
  },
  202: {
    description: 'The message was accepted. Its sender will get a reply or a notice.',
    schema: 'Accepted',
  },
} as const

export const routes = {
  'POST /api/webhooks/conductor/message': {
    access: 'operator',
    tag: 'messages',
    operationId: 'sendMessage',
    summary: 'Sends a message to the conductor',
    description:
      'With an `Idempotency-Key`, requests with the same key in the same session send the same message once; a different message under a known key is refused with 422. With `Prefer: wait=<seconds, at most 25>` (RFC 7240) the response is 200 with the reply if the reply comes in time, otherwise 202.',
    headers,
    body: {
      schema: z.strictObject({
        source: z.literal('USER').default('USER'),
        content,
        sessionId: sessionId.default('main'),
      }),
      limit: MAX_BODY,
    },
    responses,
    problems: [422],
  },
  'POST /api/monitoring/test': {
    access: 'operator',
    tag: 'monitoring',
    operationId: 'sendTestMessage',
    summary:
      'Sends a message to the session `monitoring-test`, to test everything from the queue to the conductor',
    headers,
    body: {
      schema: z.strictObject({
        content: content.default('This is an end-to-end test. Please answer in one short line.'),
      }),
      limit: MAX_BODY,
      optional: true,
    },
    responses,
    problems: [422],
  },
} as const satisfies Routes
