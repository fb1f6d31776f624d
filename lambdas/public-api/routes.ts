/** Routes that need no token. */
import * as z from 'zod'
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'GET /health': {
    access: 'anyone',
    tag: 'monitoring',
    operationId: 'getHealth',
    summary: 'Checks that Baton is up',
    responses: { 200: { description: 'Baton is up.', schema: 'Health' } },
  },
  'GET /api/monitoring/health': {
    access: 'anyone',
    tag: 'monitoring',
    operationId: 'getMonitoringHealth',
    summary: 'Checks that Baton is up, under the path of the monitoring routes',
    responses: { 200: { description: 'Baton is up.', schema: 'Health' } },
  },
  'GET /openapi.json': {
    access: 'anyone',
    tag: 'monitoring',
    operationId: 'getOpenApi',
    summary: 'Returns this document as JSON',
    responses: {
      200: {
        description: 'The document.',
        contentType: 'application/json',
        schema: 'OpenApi',
      },
    },
  },
  'GET /l/{token}': {
    access: 'anyone',
    tag: 'people',
    operationId: 'openLink',
    summary: 'Opens a short link that was sent to a person',
    params: { token: z.string() },
    responses: {
      200: {
        description: 'The full text of a message that was shortened.',
        contentType: 'text/plain; charset=utf-8',
      },
      302: {
        description: 'Redirects to a file. The link works for five minutes.',
        headers: { Location: { required: true, format: 'uri' } },
      },
    },
    problems: [404],
  },
  $default: { access: 'anyone', internal: true },
} as const satisfies Routes
