/** Dispatches the events of a function that several services invoke, by the events' shape. */
import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda'

type Handler = (event: never, context: Context) => unknown

export interface Triggers {
  /** API Gateway, payload format 2.0. */
  readonly http?: (event: APIGatewayProxyEventV2, context: Context) => Promise<unknown>
  readonly queue?: (event: SQSEvent, context: Context) => unknown
  /** Step Functions and EventBridge. */
  readonly tasks?: (event: unknown, context: Context) => Promise<unknown>
}

/** Returns the handler for all triggers. It throws for an event that has no handler. */
export const byTrigger = (triggers: Triggers) => async (event: object, context: Context) => {
  const handler: Handler | undefined = triggers[triggerOf(event)]
  if (!handler) throw new Error('This function does not handle events of this kind.')
  return handler(event as never, context)
}

function triggerOf(event: object): keyof Triggers {
  if ('Records' in event) return 'queue'
  return 'requestContext' in event ? 'http' : 'tasks'
}
