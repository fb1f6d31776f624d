/** Structured logs: one JSON line an event, with the ids that it is about. */
import { Logger } from '@aws-lambda-powertools/logger'

export const logger = new Logger()
