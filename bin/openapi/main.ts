/** Writes docs/openapi.yaml and docs/api.md: `npm run openapi`. */
import { writeFileSync } from 'node:fs'
import { DOCUMENT, openApiYaml } from './document.ts'
import { apiPage, PAGE } from './markdown.ts'

const yaml = await openApiYaml()
writeFileSync(DOCUMENT, yaml)
writeFileSync(PAGE, apiPage(yaml))
