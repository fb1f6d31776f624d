/** The beginning of an artifact, for clients that show it. */
import * as z from 'zod'
import { count } from './common.ts'

/** The most bytes of a preview. As base64 they fit into a function's response of 6 MB. */
export const PREVIEW_BYTES = 3 * 1024 * 1024

export const preview = z
  .object({
    name: z.string(),
    size: count.describe('In bytes'),
    content: z.base64().describe(`Its first ${PREVIEW_BYTES} bytes at most, in base64`),
    isWhole: z.boolean().describe('Whether `content` is all of it'),
    link: z.url().describe('Downloads the file. It works for five minutes.'),
  })
  .describe('The beginning of an artifact, and a link to all of it')
