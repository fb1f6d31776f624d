/** Parses query parameters: whole numbers, and cursors that earlier pages returned. */
import * as z from 'zod'

/** Accepts only digits, because `Number` would also accept `0x10`, `1e3` and an empty text. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number, in digits')
    .transform(Number)
    .pipe(z.int().min(min).max(max))

/** Parses a cursor that `cursorOf` made from a key; `key` is the key's schema. */
export const cursor = <Key>(key: z.ZodType<Key>) =>
  z.string().transform((text, context) => {
    try {
      return key.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    } catch {
      context.addIssue('is not a valid cursor: use `next` of the previous page')
      return z.NEVER
    }
  })

/** Returns where the next page starts, or null on the last page. */
export const cursorOf = (key: unknown): string | null =>
  key === undefined ? null : Buffer.from(JSON.stringify(key)).toString('base64url')

/** A page of a list: its length, and the key where it starts. */
export interface Page<Key = Readonly<Record<string, unknown>>> {
  readonly limit: number
  readonly cursor?: Key | undefined
}

/** Returns the schema of a query for a page. `key` is the schema of the list's keys. */
export const page = <Key>(key: z.ZodType<Key>) =>
  z.object({
    limit: wholeNumber(1, 100).default(50),
    cursor: cursor(key).optional().describe('`next` of the previous page'),
  })
