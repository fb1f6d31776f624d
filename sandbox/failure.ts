/** Formats errors for people. */
import * as z from 'zod'

/** Returns an error's message with those of its causes, because the first alone may say little. */
export function messageOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error)
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`
}
