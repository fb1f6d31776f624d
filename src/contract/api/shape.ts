/** The type that a schema describes. */
import type * as z from 'zod'

/** The same type with every field read-only, at every depth. */
export type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T

/** The type of a response's schema, read-only, as views return it. */
export type Shape<Schema extends z.ZodType> = Immutable<z.output<Schema>>
