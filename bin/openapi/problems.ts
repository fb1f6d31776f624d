/** The error responses, which are the same on every route. */
import type { ProblemStatus } from '../../src/http/problem.ts'
import type { PublicRoute } from '../../src/http/route.ts'

const problem = (description: string, headers?: object) => ({
  description,
  ...headers,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
})

export const problemResponses = {
  BadRequest: problem('The request is not valid.'),
  Unauthorized: problem('The bearer token is missing or wrong.'),
  Forbidden: problem('The read-only token or the link is not enough for this route.'),
  Unsigned: problem('The signature is missing or wrong.'),
  NotFound: problem('There is no such session, worker, person, link or route.'),
  MethodNotAllowed: problem('The path does not support this method.', {
    headers: { Allow: { required: true, schema: { type: 'string' } } },
  }),
  Conflict: problem('The state of the session or the configuration does not allow this.'),
  TooLarge: problem('The content is too large.'),
  KeyReused: problem('The Idempotency-Key belongs to another message.'),
  Unavailable: problem('Baton cannot do this right now. Please try again.', {
    headers: { 'Retry-After': { required: true, schema: { type: 'string' } } },
  }),
}

const NAMES: Readonly<Record<ProblemStatus, keyof typeof problemResponses>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  413: 'TooLarge',
  422: 'KeyReused',
  503: 'Unavailable',
}

type Access = PublicRoute['access']

/** The response of a problem on a route with this access. */
export function problemResponse(status: ProblemStatus, access: Access): { $ref: string } {
  const signed = status === 403 && (access === 'twilio' || access === 'sendgrid')
  return { $ref: `#/components/responses/${signed ? 'Unsigned' : NAMES[status]}` }
}

/** The problems that the access to a route implies. */
export const ACCESS_PROBLEMS: Readonly<Record<Access, readonly ProblemStatus[]>> = {
  anyone: [],
  viewer: [401, 403],
  reader: [401],
  operator: [401, 403],
  twilio: [403],
  sendgrid: [403],
}
