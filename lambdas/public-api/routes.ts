/** What anyone may call without a token. */
import * as z from 'zod'
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'GET /health': {
    access: 'anyone',
    tag: 'monitoring',
    operationId: 'getHealth',
    summary: 'Says that Baton is there',
    responses: { 200: { description: 'Baton is there.', schema: 'Health' } },
  },
  'GET /api/monitoring/health': {
    access: 'anyone',
    tag: 'monitoring',
    operationId: 'getMonitoringHealth',
    summary: 'Says that Baton is there, beside the other monitoring routes',
    responses: { 200: { description: 'Baton is there.', schema: 'Health' } },
  },
  'GET /l/{token}': {
    access: 'anyone',
    tag: 'people',
    operationId: 'openLink',
    summary: 'Opens a short link that was sent to a person',
    params: { token: z.string() },
    responses: {
      200: {
        description: 'The whole text of a message that was shortened.',
        contentType: 'text/plain; charset=utf-8',
      },
      302: {
        description: 'A file, by a link that works for five minutes.',
        headers: { Location: { required: true, format: 'uri' } },
      },
    },
    problems: [404],
  },
  $default: { access: 'anyone', internal: true },
} as const satisfies Routes
