/** The API's own description. */
import * as z from 'zod'

export const openApi = z
  .looseObject({ openapi: z.string(), paths: z.looseObject({}) })
  .describe('An OpenAPI 3.1 document')
