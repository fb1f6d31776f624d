/** Checks responses against docs/openapi.yaml: the status, the headers and the body of each operation. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import * as z from 'zod'

const reference = z.object({ $ref: z.string() })
const response = z.object({
  description: z.string(),
  headers: z.record(z.string(), z.looseObject({ required: z.boolean().optional() })).default({}),
  content: z.record(z.string(), z.object({ schema: z.unknown() })).default({}),
})
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.record(z.string(), z.unknown())).optional(),
  responses: z.record(z.string(), z.union([reference, response])),
})
const document = z.object({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.object({ get: operation, put: operation, post: operation, delete: operation }).partial(),
  ),
  components: z.object({
    responses: z.record(z.string(), response),
    schemas: z.record(z.string(), z.unknown()),
  }),
})

const yaml = readFileSync(path.resolve(import.meta.dirname, '../../docs/openapi.yaml'), 'utf8')
export const openapi = document.parse(parse(yaml))

export type Operation = z.infer<typeof operation>

/** Returns every operation by its route, such as `GET /api/sessions/{sessionId}`. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries(openapi.paths).flatMap(([route, methods]) =>
    Object.entries(methods).flatMap(([method, each]) =>
      each ? [[`${method.toUpperCase()} ${route}`, each] as const] : [],
    ),
  ),
)

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema({ $id: 'openapi', components: openapi.components })

const validators = new Map<unknown, ValidateFunction>()
function validatorOf(schema: unknown): ValidateFunction {
  const known = validators.get(schema)
  if (known) return known
  // References are relative to the document.
  const text = JSON.stringify(schema).replaceAll('"#/', '"openapi#/')
  const validate = ajv.compile(JSON.parse(text))
  validators.set(schema, validate)
  return validate
}

const templates = [...operations].map(([route, each]) => {
  const [method = '', template = ''] = route.split(' ')
  const pattern = template.replaceAll(/\{\w+\}/g, '[^/]+')
  return { method, pattern: new RegExp(`^${pattern}$`), template, operation: each }
})

/** Returns the operation of a request, exact paths before those with parameters, or undefined if there is none. */
export function operationOf(method: string, pathname: string): Operation | undefined {
  const found = templates.filter((each) => each.method === method && each.pattern.test(pathname))
  return (found.find(({ template }) => template === pathname) ?? found[0])?.operation
}

/** The responses to requests that no operation matches. */
const UNMATCHED: Operation['responses'] = {
  '404': { $ref: '#/components/responses/NotFound' },
  '405': { $ref: '#/components/responses/MethodNotAllowed' },
}

/**
 * API Gateway responds in its own format to requests over 10 MB, which never reach a function, and to those whose
 * function crashed.
 */
const GATE = { type: 'application/json', refused: 413, crashed: 500 }

/**
 * Throws unless the response is documented. A request without an operation must get 404 or 405. Routes for sandboxes
 * are not in the document (src/contract/runner.ts). With `crashing`, the test lets functions crash.
 */
export async function expectDocumented(
  method: string,
  url: string,
  answer: Response,
  { crashing = false } = {},
): Promise<void> {
  const { pathname } = new URL(`http://localhost${url}`)
  if (pathname.startsWith('/api/webhooks/sandbox/')) return
  const ofGate = answer.headers.get('content-type') === GATE.type
  if (ofGate && answer.status === GATE.refused) return
  if (ofGate && answer.status === GATE.crashed && crashing) return
  const responses = operationOf(method, pathname)?.responses ?? UNMATCHED
  const fault = await faultOf(responses[String(answer.status)], answer.clone())
  if (fault) throw new Error(`${method} ${pathname} answered ${answer.status}: ${fault}`)
}

async function faultOf(
  documented: Operation['responses'][string] | undefined,
  answer: Response,
): Promise<string | undefined> {
  if (!documented) return `not documented: ${await answer.text()}`
  const { headers, content } =
    '$ref' in documented
      ? response.parse(openapi.components.responses[documented.$ref.split('/').at(-1) ?? ''])
      : documented
  for (const [name, { required }] of Object.entries(headers))
    if (required && !answer.headers.has(name)) return `without ${name}`
  const [type] = Object.keys(content)
  const body = await answer.text()
  if (type === undefined) return body === '' ? undefined : `with a body: ${body}`
  if (answer.headers.get('content-type') !== type)
    return `as ${answer.headers.get('content-type')}, not ${type}`
  const validate = validatorOf(content[type]?.schema)
  return validate(type.endsWith('json') ? JSON.parse(body) : body)
    ? undefined
    : `${ajv.errorsText(validate.errors)}: ${body}`
}
