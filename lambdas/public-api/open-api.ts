/** Returns the OpenAPI document of this deployment. */
import { readFile } from 'node:fs/promises'

/** The bundler writes it beside the code, from docs/openapi.yaml. It changes only with a deployment. */
const DOCUMENT = new URL('openapi.json', import.meta.url)

export const openApi = async () => ({
  statusCode: 200 as const,
  headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
  body: await readFile(DOCUMENT, 'utf8'),
})
