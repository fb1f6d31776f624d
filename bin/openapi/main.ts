/** Writes docs/openapi.yaml: `npm run openapi`. */
import { writeFileSync } from 'node:fs'
import { DOCUMENT, openApiYaml } from './document.ts'

writeFileSync(DOCUMENT, await openApiYaml())
