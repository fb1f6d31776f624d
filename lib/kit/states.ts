/** What the two state machines have in common: how a task calls its function, and what is tried again. */
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

/** A JSONata expression as a state's field. */
export const jsonata = (expression: string) => `{% ${expression} %}`

/** In a Catch: error and cause as text, whichever of them there is. */
export const caught =
  "{'Error': $string($states.errorOutput.Error), 'Cause': $string($states.errorOutput.Cause)}"

/** A value of the execution's input, the same in every state. */
export const given = (name: string) => jsonata(`$states.context.Execution.Input.${name}`)

export interface StateProps {
  readonly fn: IFunction
  readonly payload: Readonly<Record<string, string>>
  /** JSONata: what the state hands on. */
  readonly output: string
  readonly timeout: Timeout | Computed
  /** With this the task waits for its token: the function leaves it where the answer will be given. */
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

/** A state that calls a function, which is told the state's name; the `retry…` functions below add what is tried again. */
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

/** CDK knows a computed time limit as a JSONPath only. */
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

/** Lambda could not run the function, or asks us to slow down. */
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

/** Not an error: the item has moved on meanwhile, so the same question is not asked again. */
export const dontRetryStateChanged = (state: TaskStateBase) =>
  state.addRetry({ errors: ['StateChanged'], maxAttempts: 0 })

/** E2B: a rate limit is waited out, trouble that can pass is tried at 5 and 10 seconds. */
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

/** A sandbox that fell silent: asked again with a new token, while the turn may be. */
export const retrySilence = (state: TaskStateBase) =>
  state.addRetry({ errors: ['States.Timeout'], interval: Duration.seconds(1), maxAttempts: 3 })

/** Whatever else a function threw: twice more, since a store or a network may have failed it. */
export const retryFailure = (state: TaskStateBase) =>
  state.addRetry({
    errors: ['States.TaskFailed'],
    interval: Duration.seconds(1),
    maxAttempts: 2,
    ...patient,
  })

/** A Standard state machine in JSONata with full logs and traces. */
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
      // Under this prefix no resource policy has to name the group, of which an account has room for few.
      destination: new Log(scope, `${id}Logs`, {
        name: `/aws/vendedlogs/states/${Stack.of(scope).stackName}-${id}`,
      }),
      level: LogLevel.ALL,
      // Ids only ever, yet a task token is among what the states hand on.
      includeExecutionData: false,
    },
  })
  Validations.of(created).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'Log delivery and X-Ray have no resource-level permissions.',
  })
  return created
}
