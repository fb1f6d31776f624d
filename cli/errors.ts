/** Errors that a person reads: what is wrong, and what to do. */
import { EXIT } from './exit.ts'

export class CliError extends Error {
  override readonly name = 'CliError'
  /** What to do about it. */
  readonly cure: string | undefined
  readonly exitStatus: number

  constructor(
    message: string,
    options: { cure?: string; exitStatus?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.cure = options.cure
    this.exitStatus = options.exitStatus ?? EXIT.failed
  }
}

/** Returns why something failed, with the reasons of the reasons, on one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, cause } = error
  if (error instanceof AggregateError) return reasonOf(error.errors[0])
  return cause instanceof Error ? `${message}: ${reasonOf(cause)}` : message
}
