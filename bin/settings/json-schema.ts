/** The JSON Schema of baton.json, for editors. */
import path from 'node:path'
import * as z from 'zod'
import { consistentSettings } from '../../lib/settings/schema.ts'

type JsonSchema = z.core.JSONSchema.BaseSchema

export const SCHEMA_FILE = path.resolve(import.meta.dirname, '../../baton.schema.json')

/** Returns the schema of what an operator writes. */
export function settingsJsonSchema(): JsonSchema {
  const { properties, ...made } = z.toJSONSchema(consistentSettings, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => tidy(jsonSchema),
  })
  return {
    title: 'Settings of Baton',
    ...made,
    properties: { $schema: { type: 'string' }, ...properties },
  }
}

/** Returns the schema as the text of its file. */
export const settingsSchemaText = (): string => `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`

/** Removes what editors do not need: the range of safe integers, and the mark of settings that `npm start` follows. */
function tidy(schema: JsonSchema): void {
  delete schema.local
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (typeof schema.format === 'string') delete schema.pattern
}
