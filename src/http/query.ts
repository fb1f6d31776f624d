/** What queries are made of: whole numbers, and cursors that only we make. */
import * as z from 'zod'

/** Digits alone: `Number` would also take `0x10`, `1e3` and nothing at all. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'is a whole number, in digits')
    .transform(Number)
    .pipe(z.int().min(min).max(max))

/** Reads a cursor that `cursorOf` made of a key that `key` describes. */
export const cursor = <Key>(key: z.ZodType<Key>) =>
  z.string().transform((text, context) => {
    try {
      return key.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    } catch {
      context.addIssue('is not a cursor of ours: take `next` of the page before')
      return z.NEVER
    }
  })

/** Where the next page begins; null on the last. */
export const cursorOf = (key: unknown): string | null =>
  key === undefined ? null : Buffer.from(JSON.stringify(key)).toString('base64url')

/** Which page of a list is asked for: how many items, and from which key on. */
export interface Page<Key = Readonly<Record<string, unknown>>> {
  readonly limit: number
  readonly cursor?: Key | undefined
}

/** The query for a page of a list whose items have keys that `key` describes. */
export const page = <Key>(key: z.ZodType<Key>) =>
  z.object({
    limit: wholeNumber(1, 100).default(50),
    cursor: cursor(key).optional().describe('`next` of the page before'),
  })
