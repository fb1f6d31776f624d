/** Messages over HTTP. */
import * as z from 'zod'
import { sessionId } from '../../src/contract/api/ids.ts'
import type { Routes } from '../../src/http/route.ts'

/** Bytes of a message's text. */
export const MAX_CONTENT = 128 * 1024
/** JSON may need six bytes for one (`\u0001`), and the other fields some more. */
const MAX_BODY = 6 * MAX_CONTENT + 4096

const content = z
  .string()
  .refine((text) => text.trim() !== '', 'must not be empty')
  .refine((text) => text.isWellFormed(), 'has half a surrogate pair: it is not Unicode')
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
    description: 'The message will be answered, or its sender told that it is not.',
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
      'With an `Idempotency-Key`, requests with the same key in the same session send the same message once. With `Prefer: wait=<seconds, at most 25>` (RFC 7240) the response is 200 with the reply if the reply comes in time, otherwise 202.',
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
  },
  'POST /api/monitoring/test': {
    access: 'operator',
    tag: 'monitoring',
    operationId: 'sendTestMessage',
    summary: 'Sends a message to the session `monitoring-test`, to see whether everything works',
    headers,
    body: {
      schema: z.strictObject({
        content: content.default(
          'This is a test of the whole way. Please answer in one short line.',
        ),
      }),
      limit: MAX_BODY,
      optional: true,
    },
    responses,
  },
} as const satisfies Routes
