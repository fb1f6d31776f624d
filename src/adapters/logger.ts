/** Structured logs: one JSON line an event, with the ids it is about. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import type { LogIds } from '../core/log-ids.ts'

const ofInvocation = new Logger()
const ofItem = new AsyncLocalStorage<Logger>()
const current = () => ofItem.getStore() ?? ofInvocation

type Attributes = Readonly<Record<string, unknown>>

/** Logs with the ids of the current item, or else those of the invocation. */
export const logger = {
  info: (message: string, attributes: Attributes = {}) => current().info(message, attributes),
  warn: (message: string, attributes: Attributes = {}) => current().warn(message, attributes),
  error: (message: string, attributes: Attributes = {}) => current().error(message, attributes),
  /** Adds ids, or the name of the caller's token, to every further line of the invocation, or of the current item. */
  appendKeys: (ids: LogIds & { readonly caller?: string }) => current().appendKeys({ ...ids }),
  /** Removes the ids of the previous invocation, in a handler without middleware. */
  resetKeys: () => ofInvocation.resetKeys(),
}

/** Middleware that adds the request id to every line and removes the ids of the previous invocation. */
export const logInvocation = () => injectLambdaContext(ofInvocation, { resetKeys: true })

/**
 * Runs `act` for one of several items. Its ids are in the lines of `act` and in no others, even if items are handled
 * concurrently.
 */
export function logAbout<T>(ids: LogIds, act: () => T): T {
  const logger = current().createChild()
  logger.appendKeys({ ...ids })
  return ofItem.run(logger, act)
}
