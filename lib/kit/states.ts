/** Common parts of the two state machines: how a task calls its function, and what is retried. */
import { Duration, Stack, Validations } from 'aws-cdk-lib'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import {
  DefinitionBody,
  type IChainable,
  IntegrationPattern,
  JitterType,
  LogLevel,
  QueryLanguage,
  StateMachine,
  TaskInput,
  type TaskStateBase,
  type Timeout,
} from 'aws-cdk-lib/aws-stepfunctions'
import { LambdaInvoke, type LambdaInvokeProps } from 'aws-cdk-lib/aws-stepfunctions-tasks'
import type { Construct } from 'constructs'
import { Log } from './log.ts'

/** Marks a state's field as a JSONata expression. */
export const jsonata = (expression: string) => `{% ${expression} %}`

/** In a Catch: the error and cause as text, if present. */
export const caught =
  "{'Error': $string($states.errorOutput.Error), 'Cause': $string($states.errorOutput.Cause)}"

/** Returns a value of the execution's input, which is the same in every state. */
export const executionInput = (name: string) => jsonata(`$states.context.Execution.Input.${name}`)

export interface StateProps {
  readonly fn: IFunction
  readonly payload: Readonly<Record<string, string>>
  /** The state's output, in JSONata. */
  readonly output: string
  readonly timeout: Timeout | Computed
  /** If set, the function gets a task token, and the task waits until the token is completed. */
  readonly waitsForToken?: { readonly heartbeat?: Timeout }
}

const TOKEN = {
  taskToken: jsonata('$states.context.Task.Token'),
  retry: jsonata('$states.context.State.RetryCount'),
}

/** A time limit in seconds as a JSONata expression. */
interface Computed {
  readonly computed: string
}

/** Creates a state that calls a function with the state's name. The `retry…` functions below add retries. */
export function lambdaState(
  scope: Construct,
  id: string,
  { fn, payload, output, timeout, waitsForToken }: StateProps,
): LambdaInvoke {
  const props = {
    queryLanguage: QueryLanguage.JSONATA,
    lambdaFunction: fn,
    payload: TaskInput.fromObject({ task: id, ...payload, ...(waitsForToken && TOKEN) }),
    integrationPattern: waitsForToken
      ? IntegrationPattern.WAIT_FOR_TASK_TOKEN
      : IntegrationPattern.REQUEST_RESPONSE,
    retryOnServiceExceptions: false,
    ...(waitsForToken?.heartbeat && { heartbeatTimeout: waitsForToken.heartbeat }),
    outputs: jsonata(output),
  }
  return 'computed' in timeout
    ? new ComputedTimeout(scope, id, props, timeout)
    : new LambdaInvoke(scope, id, { ...props, taskTimeout: timeout })
}

/** The CDK supports computed timeouts only in JSONPath. */
class ComputedTimeout extends LambdaInvoke {
  readonly #seconds: string

  constructor(scope: Construct, id: string, props: LambdaInvokeProps, { computed }: Computed) {
    super(scope, id, props)
    this.#seconds = jsonata(computed)
  }

  override toStateJson(): object {
    return { ...super.toStateJson(), TimeoutSeconds: this.#seconds }
  }
}

const patient = { backoffRate: 2, jitterStrategy: JitterType.FULL }

/** Retries if Lambda could not run the function or throttled it. */
export const retryService = (state: TaskStateBase) =>
  state.addRetry({
    errors: [
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.ClientExecutionTimeoutException',
      'Lambda.TooManyRequestsException',
    ],
    interval: Duration.seconds(1),
    maxDelay: Duration.seconds(20),
    maxAttempts: 6,
    ...patient,
  })

/** Does not retry StateChanged, because the item has changed and the task is outdated, or an error for another state. */
export const dontRetryStateChanged = (state: TaskStateBase, ...handled: readonly string[]) =>
  state.addRetry({ errors: ['StateChanged', ...handled], maxAttempts: 0 })

/** Retries E2B: waits out a rate limit, and tries again after 5 and 10 seconds for temporary problems. */
export const retrySandbox = (state: TaskStateBase) =>
  state
    .addRetry({ errors: ['SandboxRefused'], maxAttempts: 0 })
    .addRetry({
      errors: ['SandboxBusy'],
      interval: Duration.seconds(2),
      maxDelay: Duration.seconds(30),
      maxAttempts: 100,
      ...patient,
    })
    .addRetry({
      errors: ['SandboxUnavailable', 'SandboxGone'],
      interval: Duration.seconds(5),
      backoffRate: 2,
      maxAttempts: 2,
    })

/** Asks again, with a new token, if a sandbox stopped sending heartbeats. */
export const retrySilence = (state: TaskStateBase) =>
  state.addRetry({ errors: ['States.Timeout'], interval: Duration.seconds(1), maxAttempts: 3 })

/** Retries any other error twice, because a store or the network may have failed. */
export const retryFailure = (state: TaskStateBase) =>
  state.addRetry({
    errors: ['States.TaskFailed'],
    interval: Duration.seconds(1),
    maxAttempts: 2,
    ...patient,
  })

/**
 * Retries a report after 5, 10 and 20 seconds. If even the report fails, what is broken is probably everything, and the
 * next run would fail as fast as this one.
 */
export const retryReport = (state: TaskStateBase) =>
  state.addRetry({
    errors: ['States.TaskFailed'],
    interval: Duration.seconds(5),
    backoffRate: 2,
    maxAttempts: 3,
  })

/** Creates a Standard state machine in JSONata with full logs and traces. */
export function machine(
  scope: Construct,
  id: string,
  { start, timeout }: { start: IChainable; timeout: Duration },
): StateMachine {
  const created = new StateMachine(scope, id, {
    definitionBody: DefinitionBody.fromChainable(start),
    queryLanguage: QueryLanguage.JSONATA,
    timeout,
    tracingEnabled: true,
    logs: {
      // Log groups with this prefix need no resource policy of their own; an account can have only a few policies.
      destination: new Log(scope, `${id}Logs`, {
        name: `/aws/vendedlogs/states/${Stack.of(scope).stackName}-${id}`,
      }),
      level: LogLevel.ALL,
      // The data is only ids, but it includes task tokens.
      includeExecutionData: false,
    },
  })
  Validations.of(created).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'Log delivery and X-Ray have no resource-level permissions.',
  })
  return created
}
