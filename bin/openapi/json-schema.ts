/** Zod schemas as JSON Schema 2020-12, which is what OpenAPI 3.1 uses. */
import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { SCHEMAS } from '../../src/contract/api/index.ts'

export type JsonSchema = z.core.JSONSchema.BaseSchema

type Direction = 'input' | 'output'

/** The schemas of `SCHEMAS`, each with references to the others. */
export const componentSchemas = (): Readonly<Record<string, JsonSchema>> => convert({}, 'output')

/** Returns a schema with references to those of `SCHEMAS`. `input` is what a client sends, `output` what it reads. */
export function jsonSchema(schema: z.ZodType, direction: Direction): JsonSchema {
  const name = Object.entries(SCHEMAS).find(([, known]) => known === schema)?.[0]
  if (name !== undefined) return { $ref: reference(name) }
  return convert({ [INLINE]: schema }, direction)[INLINE] ?? {}
}

const INLINE = 'inline'
const reference = (name: string) => `#/components/schemas/${name}`

function convert(
  more: Readonly<Record<string, z.ZodType>>,
  io: Direction,
): Readonly<Record<string, JsonSchema>> {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries<z.ZodType>({ ...SCHEMAS, ...more }))
    registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, { io, uri: reference, unrepresentable: 'any' })
  const tidied: typeof schemas = JSON.parse(JSON.stringify(schemas), tidy)
  return Object.fromEntries(
    Object.entries(tidied).map(([id, { $schema: _, $id: __, ...made }]) => [id, made]),
  )
}

/**
 * Removes what readers do not need: the range of safe integers, the patterns of known formats, and that keys are
 * strings.
 */
function tidy(key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if (key === 'propertyNames' && isDeepStrictEqual(value, { type: 'string' })) return undefined
  const { description, minimum, maximum, pattern, ...others } = value as JsonSchema
  return {
    ...(description !== undefined && { description }),
    ...others,
    ...(minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER && { minimum }),
    ...(maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER && { maximum }),
    ...(pattern !== undefined && typeof others.format !== 'string' && { pattern }),
  }
}
