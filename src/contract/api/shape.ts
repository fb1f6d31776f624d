/** The type that a schema describes. */
import type * as z from 'zod'

/** The same, down to the last field, for who only reads it. */
export type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T

/** What a schema of a response describes, as views return it: nobody changes it. */
export type Shape<Schema extends z.ZodType> = Immutable<z.output<Schema>>
