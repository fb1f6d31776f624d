/** Says what went wrong, for a person to read. */
import * as z from 'zod'

/** The message of an error with those of its causes: the first alone may say little. */
export function messageOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error)
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`
}
