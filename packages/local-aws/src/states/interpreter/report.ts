/** Error and cause as an event's details. */
import type { ErrorReport } from '../failure.ts'
import type { JsonObject } from '../json.ts'

/** The details without what is missing. */
export const reportDetails = ({ error, cause }: ErrorReport): JsonObject => ({
  ...(error === undefined ? {} : { error }),
  ...(cause === undefined ? {} : { cause }),
})
