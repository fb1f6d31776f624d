/** Structured logs: one JSON line an event, with the ids that it is about. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import type { LogIds } from '../core/log-ids.ts'

const ofInvocation = new Logger()
const ofItem = new AsyncLocalStorage<Logger>()
const current = () => ofItem.getStore() ?? ofInvocation

type Attributes = Readonly<Record<string, unknown>>

/** Writes with the ids of the item at hand, or else those of the invocation. */
export const logger = {
  info: (message: string, attributes: Attributes = {}) => current().info(message, attributes),
  warn: (message: string, attributes: Attributes = {}) => current().warn(message, attributes),
  error: (message: string, attributes: Attributes = {}) => current().error(message, attributes),
  /** For every line from here to the end of the invocation, or of the item. */
  appendKeys: (ids: LogIds) => current().appendKeys({ ...ids }),
  /** For a handler without a middleware: the ids of the invocation before are gone. */
  resetKeys: () => ofInvocation.resetKeys(),
}

/** The middleware of a handler: its request id in every line, and no ids of the invocation before. */
export const logInvocation = () => injectLambdaContext(ofInvocation, { resetKeys: true })

/** Handles one item of several: its ids stand in the lines of `act` and in no others, also when items are handled at once. */
export function logAbout<T>(ids: LogIds, act: () => T): T {
  const logger = current().createChild()
  logger.appendKeys({ ...ids })
  return ofItem.run(logger, act)
}
