/** Converts a declared route to an OpenAPI operation. */
import type * as z from 'zod'
import type { ProblemStatus } from '../../src/http/problem.ts'
import type { Input, Parameters, PublicRoute, ResponseDeclaration } from '../../src/http/route.ts'
import { type JsonSchema, jsonSchema } from './json-schema.ts'
import { ACCESS_PROBLEMS, problemResponse } from './problems.ts'

/** Security of routes that do not need the operator's bearer token, which is the document's default. */
const SECURITY: Readonly<Partial<Record<PublicRoute['access'], readonly object[]>>> = {
  anyone: [{}],
  viewer: [{ operator: [] }, { reader: [] }, { link: [] }],
  reader: [{ operator: [] }, { reader: [] }],
  twilio: [{ twilio: [] }],
  sendgrid: [{ sendgrid: [] }],
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: true
  readonly description?: string
  readonly schema: JsonSchema
}

/** Throws unless the route declares exactly the parameters of its path. */
export function operationOf(key: string, route: PublicRoute): object {
  const { access, tag, operationId, summary, description } = route
  const parameters = parametersOf(route)
  requirePathParameters(key, parameters)
  const security = SECURITY[access]
  return {
    operationId,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag],
    ...(security && { security }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && { requestBody: requestBodyOf(route.body) }),
    responses: responsesOf(route),
  }
}

function requirePathParameters(key: string, parameters: readonly Parameter[]): void {
  const inPath = [...key.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  const declared = parameters.flatMap((each) => (each.in === 'path' ? [each.name] : []))
  if (inPath.join() !== declared.join())
    throw new Error(
      `${key}: params must be those of the path, in order, but are [${declared.join(', ')}].`,
    )
}

const parametersOf = ({ params = {}, query, headers = {} }: Input): readonly Parameter[] => [
  ...inPlace('path', params),
  ...inPlace('query', (query?.shape ?? {}) as Parameters),
  ...inPlace('header', headers),
]

const inPlace = (place: Parameter['in'], schemas: Parameters): readonly Parameter[] =>
  Object.entries(schemas).map(([name, each]) => {
    const { description, ...schema } = textSchema(each)
    return {
      name,
      in: place,
      ...(!each.safeParse(undefined).success && { required: true as const }),
      ...(description !== undefined && { description }),
      schema,
    }
  })

/** A parameter is text. If it is parsed as a number, the document shows the number. */
function textSchema(schema: z.ZodType): JsonSchema {
  const read = jsonSchema(schema, 'output')
  return 'type' in read || '$ref' in read ? read : jsonSchema(schema, 'input')
}

const requestBodyOf = (body: NonNullable<Input['body']>) =>
  'schema' in body
    ? {
        required: !body.optional,
        content: { 'application/json': { schema: jsonSchema(body.schema, 'input') } },
      }
    : {
        required: true,
        content: Object.fromEntries(
          body.contentTypes.map((type) => [type, { schema: { type: 'object' } }]),
        ),
      }

function responsesOf(route: PublicRoute): object {
  const { access, problems = [] } = route
  const refusing: readonly ProblemStatus[] = [
    ...(mayBeRefused(route) ? [400 as const] : []),
    ...ACCESS_PROBLEMS[access],
    ...problems,
    ...(route.body && 'schema' in route.body ? [413 as const] : []),
    503,
  ]
  // Objects sort keys that are numbers.
  return {
    ...Object.fromEntries(
      Object.entries(route.responses).map(([status, each]) => [status, responseOf(each)]),
    ),
    ...Object.fromEntries(refusing.map((status) => [status, problemResponse(status, access)])),
  }
}

/** Returns whether some input is invalid. Routes with a bearer token refuse unknown query parameters. */
const mayBeRefused = ({ access, params, query, headers, body }: PublicRoute) =>
  access === 'viewer' ||
  access === 'reader' ||
  access === 'operator' ||
  (body !== undefined && 'schema' in body) ||
  Object.values<z.ZodType>({ ...params, ...query?.shape, ...headers }).some(
    (schema) => !ODD_TEXTS.every((text) => schema.safeParse(text).success),
  )

/** Any restriction on a text excludes one of these. */
const ODD_TEXTS = ['', '\0']

const responseOf = ({
  description,
  headers,
  schema,
  contentType = schema && 'application/json',
}: ResponseDeclaration) => ({
  description,
  ...(headers && {
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, { required, format }]) => [
        name,
        { ...(required && { required }), schema: { type: 'string', ...(format && { format }) } },
      ]),
    ),
  }),
  ...(contentType !== undefined && {
    content: {
      [contentType]: {
        schema: schema ? { $ref: `#/components/schemas/${schema}` } : { type: 'string' },
      },
    },
  }),
})
