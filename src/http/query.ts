/** Parses query parameters: whole numbers, and cursors that earlier pages returned. */
import * as z from 'zod'
import type { HttpEvent } from './request.ts'
import { check } from './request.ts'

/** Accepts only digits, because `Number` would also accept `0x10`, `1e3` and an empty text. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number, in digits')
    .transform(Number)
    .pipe(z.number().min(min).max(max))

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

/** The parameters of a page: its length, and where it starts. */
export const page = <Key>(key: z.ZodType<Key>) =>
  z.object({
    limit: wholeNumber(1, 100).default(50),
    cursor: cursor(key).optional(),
  })

/** Parses the query with `schema`. Throws 400 if it is invalid. */
export const queryOf = <T>(event: HttpEvent, schema: z.ZodType<T>): T =>
  check(schema, event.queryStringParameters ?? {}, 'The query')
