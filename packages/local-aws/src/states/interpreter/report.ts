/** Formats error and cause as an event's details. */
import type { ErrorReport } from '../failure.ts'
import type { JsonObject } from '../json.ts'

/** Returns the details without missing parts. */
export const reportDetails = ({ error, cause }: ErrorReport): JsonObject => ({
  ...(error === undefined ? {} : { error }),
  ...(cause === undefined ? {} : { cause }),
})
