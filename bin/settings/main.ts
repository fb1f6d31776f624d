/** Writes baton.schema.json and docs/settings.md: `npm run settings`. */
import { writeFileSync } from 'node:fs'
import { SCHEMA_FILE, settingsSchemaText } from './json-schema.ts'
import { PAGE, settingsPage } from './table.ts'

writeFileSync(SCHEMA_FILE, settingsSchemaText())
writeFileSync(PAGE, settingsPage())
