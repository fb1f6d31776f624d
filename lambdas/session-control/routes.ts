/** Routes to change sessions, workers and the allow list. */
import * as z from 'zod'
import { emailAddress } from '../../src/channels/address.ts'
import { contact } from '../../src/channels/index.ts'
import { questionId, sessionId, tokenName } from '../../src/contract/api/ids.ts'
import { tokenAccess } from '../../src/contract/api/token.ts'
import { LONGEST_TOKEN_DAYS, MOST_TOKENS } from '../../src/core/bearer-token.ts'
import { LONGEST_LINK_HOURS } from '../../src/core/session-link.ts'
import { page } from '../../src/http/query.ts'
import type { Routes } from '../../src/http/route.ts'

const LISTS = z.enum(['allowed', 'unknown'])

/** DynamoDB refuses any other length. */
const sortKey = z.string().refine((name) => name !== '' && Buffer.byteLength(name) <= 1024)

const address = contact.describe(
  '`+15550100`, `ada@example.com`, or `@example.com` for everyone in a domain',
)

const email = z.string().transform((text, context) => {
  const found = emailAddress(text)
  if (found !== undefined) return found
  context.addIssue('is not an email address like ada@example.com')
  return z.NEVER
})

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
  'POST /api/sessions/{sessionId}/links': {
    access: 'operator',
    tag: 'sessions',
    operationId: 'linkSession',
    summary: 'Makes a link that shows a session, read-only, until it expires',
    description:
      'Anyone who has the link can use it. It ends early if the session is deleted; `baton secrets rotate link-key --now` ends all links.',
    params: { sessionId },
    body: {
      schema: z.strictObject({
        expiresInHours: z.int().min(1).max(LONGEST_LINK_HOURS).default(24),
      }),
      limit: 1_000,
      optional: true,
    },
    responses: { 200: { description: 'The link.', schema: 'SessionLink' } },
    problems: [404],
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
  'POST /api/questions/{questionId}/answer': {
    access: 'operator',
    tag: 'questions',
    operationId: 'answerQuestion',
    summary: 'Answers a question, as the operator',
    description:
      'Only a choice, by its number or its words, answers a decision or an approval; any text answers another question. The first answer counts, and repeating it has no effect.',
    params: { questionId },
    body: {
      schema: z.strictObject({ answer: z.string().trim().min(1).max(20_000) }),
      limit: 130_000,
    },
    responses: {
      202: { description: 'The session goes on with this answer.', schema: 'Accepted' },
    },
    problems: [404, 409, 422],
  },
  'GET /api/undelivered': {
    access: 'reader',
    tag: 'messages',
    operationId: 'listUndelivered',
    summary: 'Lists the messages that could not be delivered, over all sessions, oldest first',
    description:
      'They stay on the list as long as history, or until they are dismissed. A page may have fewer than `limit` although there are more: go on until `next` is null.',
    query: page(z.strictObject({ scope: z.literal('undelivered'), name: sortKey })),
    responses: { 200: { description: 'A page of the list.', schema: 'UndeliveredPage' } },
  },
  'POST /api/undelivered/{undeliveredId}/dismiss': {
    access: 'operator',
    tag: 'messages',
    operationId: 'dismissUndelivered',
    summary: 'Takes a message off the list of those that could not be delivered',
    description: 'Nothing is sent. The history keeps what became of the message.',
    params: {
      undeliveredId: z.string().regex(/^[A-Za-z0-9_-]{1,1366}$/, 'is not an id of the list'),
    },
    responses: { 204: { description: 'It is off the list.' } },
    problems: [404],
  },
  'GET /api/people': {
    access: 'reader',
    tag: 'people',
    operationId: 'listPeople',
    summary: 'Lists the people who may exchange messages with Baton, or unknown people who wrote',
    query: page(z.strictObject({ scope: LISTS, name: sortKey })).extend({
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
    summary: 'Adds a person to the allow list, or changes their entry',
    description:
      'For a number, `email` is an address of the same person. Replies that could not be delivered by SMS go there, if it is on the list, too.',
    params: { address },
    body: { schema: z.strictObject({ email: email.optional() }), limit: 1_000, optional: true },
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
  'GET /api/tokens': {
    access: 'reader',
    tag: 'tokens',
    operationId: 'listTokens',
    summary: 'Lists the named tokens',
    description:
      'The tokens in the secrets `<stack>/api-token` and `<stack>/read-token` are not among them. Expired ones stay on the list for 30 days.',
    responses: { 200: { description: 'All of them, in alphabetical order.', schema: 'TokenList' } },
  },
  'POST /api/tokens': {
    access: 'operator',
    tag: 'tokens',
    operationId: 'createToken',
    summary: 'Makes a named token',
    description: `Only its hash is stored, so this response alone has the token. It works after ten seconds at the latest. There may be ${MOST_TOKENS} tokens.`,
    body: {
      schema: z.strictObject({
        name: tokenName,
        access: tokenAccess,
        expiresInDays: z.int().min(1).max(LONGEST_TOKEN_DAYS).optional(),
      }),
      limit: 1_000,
    },
    responses: { 200: { description: 'The token.', schema: 'CreatedToken' } },
    problems: [409],
  },
  'DELETE /api/tokens/{tokenName}': {
    access: 'operator',
    tag: 'tokens',
    operationId: 'revokeToken',
    summary: 'Revokes a named token',
    description: 'It is refused after a minute at the latest.',
    params: { tokenName },
    responses: { 204: { description: 'The token is revoked.' } },
    problems: [404],
  },
} as const satisfies Routes
