/** Writes the OpenAPI document as a page to read: docs/api.md. */
import path from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'

export const PAGE = path.resolve(import.meta.dirname, '../../docs/api.md')

const schema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  description: z.string().optional(),
  required: z.array(z.string()).optional(),
  default: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  get items() {
    return schema.optional()
  },
  get properties() {
    return z.record(z.string(), schema).optional()
  },
  get anyOf() {
    return z.array(schema).optional()
  },
})
type Schema = z.infer<typeof schema>

const content = z.record(z.string(), z.looseObject({ schema: schema.optional() })).optional()
const response = z.looseObject({
  $ref: z.string().optional(),
  description: z.string().optional(),
  content,
})
const operation = z.looseObject({
  summary: z.string(),
  description: z.string().optional(),
  tags: z.array(z.string()),
  security: z.array(z.record(z.string(), z.unknown())).optional(),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.string(),
        required: z.boolean().default(false),
        description: z.string().optional(),
        schema,
      }),
    )
    .default([]),
  requestBody: z.looseObject({ required: z.boolean().optional(), content }).optional(),
  responses: z.record(z.string(), response),
})
type Operation = z.infer<typeof operation>

const document = z.looseObject({
  info: z.looseObject({ description: z.string() }),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({
    responses: z.record(z.string(), response),
    schemas: z.record(z.string(), schema),
  }),
})
type Document = z.infer<typeof document>

const HEAD = `<!-- Generated from docs/openapi.yaml: edit lambdas/*/routes.ts and src/contract/api/, then run \`npm run openapi\`. -->

# The API

[openapi.yaml](openapi.yaml) is the same for programs, with every schema in full.
`

/** Returns the page for the document, which is given as YAML. */
export function apiPage(yaml: string): string {
  const all = document.parse(parse(yaml))
  const operations = Object.entries(all.paths).flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, each]) => ({
      key: `${method.toUpperCase()} ${route}`,
      each,
    })),
  )
  const sections = all.tags.flatMap(({ name, description }) => [
    `## ${description}\n`,
    ...operations
      .filter(({ each }) => each.tags[0] === name)
      .map(({ key, each }) => operationText(key, each, all)),
  ])
  const schemas = Object.entries(all.components.schemas).map(([name, each]) =>
    schemaText(name, each),
  )
  return [HEAD, `${all.info.description.trim()}\n`, ...sections, '## Types\n', ...schemas].join(
    '\n',
  )
}

function operationText(key: string, each: Operation, { components }: Document): string {
  const { summary, description, security, parameters, requestBody, responses } = each
  const body = Object.entries(requestBody?.content ?? {})
  return [
    `### \`${key}\`\n`,
    `${summary}.${description === undefined ? '' : ` ${oneLine(description)}`} ${access(security)}\n`,
    ...table(
      ['parameter', 'in', 'meaning'],
      parameters.map(({ name, in: place, required, schema: type, description: meaning }) => [
        `\`${name}\`${required ? '' : ' (optional)'}`,
        place,
        [typeOf(type), meaning].filter(Boolean).join('. '),
      ]),
    ),
    ...body.flatMap(([type, { schema: fields }]) =>
      fields?.properties
        ? table(['field of the body', 'type', 'meaning'], fieldRows(fields))
        : [`The body is ${fields?.$ref ? typeOf(fields) : `\`${type}\``}.\n`],
    ),
    ...table(
      ['status', 'body', 'meaning'],
      Object.entries(responses).map(([status, given]) => {
        const { $ref, ...own } = given
        const { description: meaning = '', content: sent } =
          $ref === undefined ? own : (components.responses[nameIn($ref)] ?? own)
        const [type, value] = Object.entries(sent ?? {})[0] ?? []
        return [status, value?.schema?.$ref ? typeOf(value.schema) : (type ?? ''), meaning]
      }),
    ),
  ].join('\n')
}

const schemaText = (name: string, each: Schema): string =>
  [
    `### ${name}\n`,
    ...(each.description === undefined ? [] : [`${oneLine(each.description)}.\n`]),
    ...(each.properties
      ? table(['field', 'type', 'meaning'], fieldRows(each))
      : [`Type: ${typeOf(each)}.\n`]),
  ].join('\n')

const fieldRows = ({ properties = {}, required = [] }: Schema): string[][] =>
  Object.entries(properties).map(([name, each]) => [
    `\`${name}\`${required.includes(name) ? '' : ' (optional)'}`,
    typeOf(each),
    each.description ?? '',
  ])

function access(security: Operation['security']): string {
  if (security === undefined) return 'Needs the operator token.'
  const names = security.flatMap((each) => Object.keys(each))
  if (names.length === 0) return 'Needs no token.'
  if (names.includes('reader')) return 'Needs the operator token or the read-only token.'
  return names.includes('twilio')
    ? 'Needs a signature of Twilio.'
    : 'Needs a signature of SendGrid.'
}

/** Returns a short name of a type; objects that have a name are linked. */
function typeOf({ $ref, type, enum: values, items, anyOf, minimum, maximum }: Schema): string {
  if ($ref !== undefined) return `[${nameIn($ref)}](#${nameIn($ref).toLowerCase()})`
  if (values) return values.map((each) => `\`${String(each)}\``).join(', ')
  if (anyOf) return anyOf.map(typeOf).join(' or ')
  if (items) return `list of ${typeOf(items)}`
  const name = [type ?? 'any value'].flat().join(' or ')
  const range = [
    minimum === undefined ? '' : `from ${minimum}`,
    maximum === undefined ? '' : `to ${maximum}`,
  ]
  return [name, ...range.filter(Boolean)].join(' ')
}

const nameIn = (reference: string) => reference.split('/').at(-1) ?? ''
const oneLine = (text: string) => text.trim().replaceAll(/\s+/g, ' ')
const cell = (text: string) => oneLine(text).replaceAll('|', '\\|')

/** Returns the lines of a table, or none without rows. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line), '']
}
