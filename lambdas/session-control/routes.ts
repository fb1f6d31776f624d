/** Routes to change sessions, workers and the allow list. */
import * as z from 'zod'
import { contact } from '../../src/channels/index.ts'
import { sessionId } from '../../src/contract/api/ids.ts'
import { page } from '../../src/http/query.ts'
import type { Routes } from '../../src/http/route.ts'

const LISTS = z.enum(['allowed', 'unknown'])

const address = contact.describe(
  '`+15550100`, `ada@example.com`, or `@example.com` for everyone in a domain',
)

export const routes = {
  'POST /api/sessions/{sessionId}/stop': {
    access: 'operator',
    tag: 'sessions',
    operationId: 'stopSession',
    summary: 'Stops the run of a session and ends its workers',
    params: { sessionId },
    responses: {
      200: { description: 'Everything in the session has stopped.', schema: 'Stopped' },
    },
    problems: [404],
  },
  'POST /api/sessions/{sessionId}/continue': {
    access: 'operator',
    tag: 'sessions',
    operationId: 'continueSession',
    summary: 'Continues a session that paused at a budget, and adds the same amount to that budget',
    params: { sessionId },
    responses: { 202: { description: 'The session continues.', schema: 'Accepted' } },
    problems: [404, 409],
  },
  'DELETE /api/sessions/{sessionId}': {
    access: 'operator',
    tag: 'sessions',
    operationId: 'deleteSession',
    summary: 'Stops a session and deletes it',
    params: { sessionId },
    responses: { 204: { description: 'The session is deleted.' } },
    problems: [404],
  },
  'POST /api/sessions/{sessionId}/workers/{workerId}/kill': {
    access: 'operator',
    tag: 'sessions',
    operationId: 'killWorker',
    summary: 'Ends a worker',
    params: { sessionId, workerId: z.string() },
    responses: { 200: { description: 'The worker has ended.', schema: 'Worker' } },
    problems: [404],
  },
  'GET /api/people': {
    access: 'reader',
    tag: 'people',
    operationId: 'listPeople',
    summary: 'Lists the people who may exchange messages with Baton, or unknown people who wrote',
    query: page(z.strictObject({ scope: LISTS, name: z.string() })).extend({
      list: LISTS.default('allowed'),
    }),
    responses: {
      200: { description: 'A page of the list, in alphabetical order.', schema: 'PersonPage' },
    },
  },
  'PUT /api/people/{address}': {
    access: 'operator',
    tag: 'people',
    operationId: 'allowPerson',
    summary: 'Adds a person to the allow list',
    params: { address },
    responses: { 200: { description: 'The person is on the list.', schema: 'Person' } },
  },
  'DELETE /api/people/{address}': {
    access: 'operator',
    tag: 'people',
    operationId: 'disallowPerson',
    summary: 'Removes a person from the allow list',
    params: { address },
    responses: { 204: { description: 'The person was removed from the list.' } },
    problems: [404, 409],
  },
} as const satisfies Routes
