/** Routes of the read-only API. */
import * as z from 'zod'
import { questionId, sessionId, workerId } from '../../src/contract/api/ids.ts'
import { state } from '../../src/contract/api/session.ts'
import { page, wholeNumber } from '../../src/http/query.ts'
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'GET /api/access': {
    access: 'viewer',
    tag: 'monitoring',
    operationId: 'getAccess',
    summary: 'Returns what the bearer token of the request may do',
    responses: { 200: { description: 'Whose token it is.', schema: 'Access' } },
  },
  'GET /api/health': {
    access: 'reader',
    tag: 'monitoring',
    operationId: 'getDependencies',
    summary: 'Returns what was last seen of the services that Baton depends on',
    description:
      'It is what functions have seen when they last used a service; the request itself calls none of them.',
    responses: { 200: { description: 'The services.', schema: 'Dependencies' } },
  },
  'GET /api/monitoring/status': {
    access: 'reader',
    tag: 'monitoring',
    operationId: 'getStatus',
    summary: 'Returns the conductor of the most recently active session, and up to 50 live workers',
    headers: { 'If-None-Match': z.string().optional() },
    responses: {
      200: {
        description: 'The status. Its ETag changes when something happens, not as time passes.',
        schema: 'Status',
        headers: { ETag: { required: true } },
      },
      304: { description: 'Nothing has happened since.' },
    },
  },
  'GET /api/monitoring/workers': {
    access: 'reader',
    tag: 'monitoring',
    operationId: 'listWorkers',
    summary: 'Lists the live workers of all sessions, latest first',
    query: page(
      z.strictObject({
        live: z.literal('live'),
        startedAt: z.iso.datetime(),
        sessionId,
        workerId,
      }),
    ),
    responses: { 200: { description: 'A page of workers.', schema: 'WorkerPage' } },
  },
  'GET /api/monitoring/metrics': {
    access: 'reader',
    tag: 'monitoring',
    operationId: 'getMetrics',
    summary: 'Returns the counts of all time and of today (UTC)',
    responses: {
      200: {
        description:
          'The counts. Those of all time are exact up to the last sweep, which was at most two minutes ago.',
        schema: 'Metrics',
      },
    },
  },
  'GET /api/monitoring/usage': {
    access: 'reader',
    tag: 'monitoring',
    operationId: 'getUsage',
    summary: 'Returns what was used in the last days (UTC), by day and by person, and the budgets',
    query: z.object({ days: wholeNumber(1, 366).default(30) }),
    responses: {
      200: {
        description: 'The counts. Those of days before today are exact up to the last sweep.',
        schema: 'Daily',
      },
    },
  },
  'GET /api/questions': {
    access: 'reader',
    tag: 'questions',
    operationId: 'listQuestions',
    summary: 'Lists the questions that wait for an answer, over all sessions, oldest first',
    query: page(z.strictObject({ askedAt: z.iso.datetime(), id: questionId })),
    responses: { 200: { description: 'A page of questions.', schema: 'QuestionPage' } },
  },
  'GET /api/sessions': {
    access: 'reader',
    tag: 'sessions',
    operationId: 'listSessions',
    summary: 'Lists sessions, most recently active first',
    description:
      'With `state=paused` or `state=waiting`, the session that has waited longest for a person comes first.',
    query: page(
      z.union([
        z.strictObject({ active: z.literal('active'), lastActivity: z.iso.datetime(), sessionId }),
        z.strictObject({ open: z.literal('open'), lastActivity: z.iso.datetime(), sessionId }),
        z.strictObject({ waits: z.literal('waits'), waitsSince: z.iso.datetime(), sessionId }),
      ]),
    ).extend({ state: state.optional().describe('Lists only the sessions in this state') }),
    responses: { 200: { description: 'A page of sessions.', schema: 'SessionPage' } },
  },
  'GET /api/sessions/{sessionId}': {
    access: 'viewer',
    tag: 'sessions',
    operationId: 'getSession',
    summary: 'Returns a session with its runs, its latest workers and its usage',
    params: { sessionId },
    responses: { 200: { description: 'The session.', schema: 'Session' } },
    problems: [404],
  },
  'GET /api/sessions/{sessionId}/messages': {
    access: 'viewer',
    tag: 'sessions',
    operationId: 'listMessages',
    summary: 'Lists the history, oldest entry first, or newest first with `order=desc`',
    description:
      'The numbers of the entries have no gaps, except where entries have expired: a client that passes `next` as `after` sees every entry once, in order. To show the end of a conversation, begin with `order=desc`. Then `previous`, passed as `before`, gives older entries, and `next` newer ones.',
    params: { sessionId },
    query: z
      .object({
        after: wholeNumber(0, Number.MAX_SAFE_INTEGER)
          .default(0)
          .describe('Lists only the entries with a higher number'),
        before: wholeNumber(1, Number.MAX_SAFE_INTEGER)
          .optional()
          .describe('Lists only the entries with a lower number'),
        order: z.enum(['asc', 'desc']).default('asc').describe('desc: newest entry first'),
        limit: wholeNumber(1, 200).default(100),
        wait: wholeNumber(0, 25)
          .default(0)
          .describe(
            'How many seconds to wait for an entry if there is none. If `waitingReaders` requests are waiting already, the response comes at once; then ask again after a few seconds. Not possible with `before` or `order=desc`.',
          ),
      })
      .refine(
        ({ wait, before, order }) => wait === 0 || (before === undefined && order === 'asc'),
        {
          path: ['wait'],
          error: 'is not possible with before or order=desc, because new entries come at the end',
        },
      ),
    responses: {
      200: {
        description: 'Entries, and the value to pass as `after` next.',
        schema: 'EntryPage',
      },
    },
    problems: [404],
  },
  'GET /api/sessions/{sessionId}/workers/{workerId}': {
    access: 'viewer',
    tag: 'sessions',
    operationId: 'getWorker',
    summary: 'Returns a worker with its legs and its current activity, one line per tool call',
    params: { sessionId, workerId: z.string() },
    responses: { 200: { description: 'The worker.', schema: 'WorkerDetail' } },
    problems: [404],
  },
  'GET /api/sessions/{sessionId}/workers/{workerId}/artifacts/{name}': {
    access: 'viewer',
    tag: 'sessions',
    operationId: 'getArtifact',
    summary: 'Redirects to an artifact of a worker',
    params: { sessionId, workerId: z.string(), name: z.string() },
    responses: {
      302: {
        description: 'A link to the file that works for five minutes.',
        headers: { Location: { required: true, format: 'uri' } },
      },
    },
    problems: [404],
  },
  'GET /api/sessions/{sessionId}/workers/{workerId}/artifacts/{name}/preview': {
    access: 'viewer',
    tag: 'sessions',
    operationId: 'previewArtifact',
    summary: 'Returns the beginning of an artifact, and a link to all of it',
    params: { sessionId, workerId: z.string(), name: z.string() },
    responses: { 200: { description: 'Up to 3 MiB of the file.', schema: 'Preview' } },
    problems: [404],
  },
} as const satisfies Routes
