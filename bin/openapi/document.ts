/** The OpenAPI document, generated from the routes that the functions declare. */
import path from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import type { Tag } from '../../src/http/route.ts'
import { declaredRoutes } from './declared.ts'
import { componentSchemas } from './json-schema.ts'
import { operationOf } from './operation.ts'
import { problemResponses } from './problems.ts'
import { readableYaml } from './yaml.ts'

export const DOCUMENT = path.resolve(import.meta.dirname, '../../docs/openapi.yaml')

const DESCRIPTION = `The routes that people and operators call over HTTP. Tests hold the routes, responses and errors of a running Baton to this document.

HEAD works wherever GET does. Any other method that a path does not support is 405 with \`Allow\`. On routes with a bearer token, unknown query parameters are 400.

Any route may respond 503 with \`Retry-After\` if a store, a queue or a secret is not available. A request that got 2xx is never lost.

If no function responds, API Gateway does, with \`{"message": …}\`: 413 above 10 MB, 500 or 503 if the function crashed or timed out. The request may or may not have taken effect, so send it again.`

const TAGS: Readonly<Record<Tag, string>> = {
  messages: 'Messages to the conductor',
  monitoring: 'Health, status and metrics',
  sessions: 'Conversations: history, workers, stop, continue and delete',
  questions: 'Questions to people that wait for an answer',
  people: 'The allow list, and the webhooks for SMS and email',
  tokens: 'Named bearer tokens for more operators, readers and programs',
}

const SECURITY_SCHEMES = {
  operator: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An operator token: the secret `<stack>/api-token`, or one from `POST /api/tokens`',
  },
  reader: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A read-only token: the secret `<stack>/read-token`, or one from `POST /api/tokens`; 403 on every route that changes something',
  },
  link: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A link to one session, from `POST /api/sessions/{sessionId}/links`: reads that session until it expires',
  },
  twilio: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Twilio-Signature',
    description: 'HMAC-SHA1 with the auth token of the account, secret `<stack>/twilio-auth-token`',
  },
  sendgrid: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Twilio-Email-Event-Webhook-Signature',
    description:
      'ECDSA, verified with the public key of the security policy, secret `<stack>/sendgrid-public-key`',
  },
}

const HEADER =
  '# Generated from lambdas/*/routes.ts and src/contract/api/: edit those, then run `npm run openapi`.\n'

/** Returns the document as YAML. Throws if a declaration does not match its path. */
export async function openApiYaml(): Promise<string> {
  const { version, license } = packageJson
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Baton',
      version,
      license: { name: license, identifier: license },
      description: DESCRIPTION,
    },
    security: [{ operator: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: await pathsOf(),
    components: {
      securitySchemes: SECURITY_SCHEMES,
      responses: problemResponses,
      schemas: componentSchemas(),
    },
  }
  return HEADER + readableYaml(document)
}

async function pathsOf(): Promise<object> {
  const paths: Record<string, Record<string, object>> = {}
  for (const { key, route } of await declaredRoutes()) {
    if ('internal' in route) continue
    const [method = '', template = ''] = key.split(' ')
    paths[template] = { ...paths[template], [method.toLowerCase()]: operationOf(key, route) }
  }
  const sorted = Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted)
}
