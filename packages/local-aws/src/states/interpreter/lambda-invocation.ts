/** The arguments and the result of the `lambda:invoke` integration. */
import * as z from 'zod'
import { ErrorName, StateFailure } from '../failure.ts'
import { type Json, type JsonObject, json } from '../json.ts'
import type { LambdaOutcome } from '../lambda-outcome.ts'

export interface Invocation {
  readonly functionName: string
  readonly payload: Json
}

const invokeArguments = z.strictObject({
  FunctionName: z.string(),
  Payload: json.optional(),
  InvocationType: z.literal('RequestResponse').optional(),
})

/**
 * Parses a Task's evaluated arguments. A function without a payload receives `{}` (assumed).
 * @throws StateFailure `States.Runtime`, which nothing catches, for arguments that are not implemented here
 */
export function invocation(state: string, parameters: Json): Invocation {
  const parsed = invokeArguments.safeParse(parameters)
  if (parsed.success) {
    return { functionName: parsed.data.FunctionName, payload: parsed.data.Payload ?? {} }
  }
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${['Arguments', ...path].join('/')}: ${message}`,
  )
  throw new StateFailure({
    error: ErrorName.runtime,
    cause: `The state '${state}' cannot be run here. ${problems.join('; ')}. Of lambda:invoke, FunctionName and Payload are implemented.`,
  })
}

/** Wraps a function's payload in the integration's result, as AWS does. */
export function invocationResult(outcome: Extract<LambdaOutcome, { ok: true }>): JsonObject {
  const requestId = outcome.requestId
  const headers = {
    'Content-Type': 'application/json',
    'x-amzn-RequestId': requestId,
    'X-Amz-Executed-Version': '$LATEST',
  }
  const allHeaders = Object.entries(headers).map(([name, value]) => [name, [value]])
  return {
    ExecutedVersion: '$LATEST',
    Payload: json.parse(outcome.payload ?? null),
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(allHeaders),
      HttpHeaders: headers,
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
    StatusCode: 200,
  }
}
