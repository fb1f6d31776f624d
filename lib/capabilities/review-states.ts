/** The states of ReviewLoop: the input and output of each. */
import { Duration } from 'aws-cdk-lib'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { Timeout } from 'aws-cdk-lib/aws-stepfunctions'
import type { Construct } from 'constructs'
import { PAUSE_SECONDS, SILENCE_SECONDS, TURN_SECONDS } from '../../src/core/limits.ts'
import { executionInput, jsonata, lambdaState, type StateProps } from '../kit/states.ts'

/** Long enough for a pause and the requests around it. */
export const FUNCTION_SECONDS = PAUSE_SECONDS + 45
/** A state's timeout is longer than its function's, so that the function's error says what happened. */
const seconds = (limit: number) => Timeout.duration(Duration.seconds(limit))
const withinFunction = { timeout: seconds(FUNCTION_SECONDS + 30) }

/** How long the run stays open for a report after the latest leg's deadline. */
const AWAIT_MARGIN_MS = 120_000

export const input = (name: string) => jsonata(`$states.input.${name}`)
const run = { sessionId: executionInput('sessionId'), run: executionInput('run') }
/** Orders the entries into states whose token the item holds. */
const entry = {
  entered: jsonata('$states.context.State.EnteredTime'),
  redrives: jsonata('$states.context.Execution.RedriveCount'),
}

export type ReviewStates = ReturnType<typeof reviewStates>

/** Creates one task for each step of the run protocol. All call the same function. */
export function reviewStates(scope: Construct, fn: IFunction) {
  const state = (id: string, props: Omit<StateProps, 'fn'>) =>
    lambdaState(scope, id, { fn, ...props })
  return {
    askConductor: state('AskConductor', {
      timeout: seconds(TURN_SECONDS + 60),
      waitsForToken: { heartbeat: seconds(SILENCE_SECONDS) },
      payload: run,
      output: '{}',
    }),
    renewSandbox: state('RenewSandbox', { ...withinFunction, payload: run, output: '{}' }),
    continueRun: state('ContinueRun', {
      ...withinFunction,
      payload: run,
      output: '$states.result.Payload',
    }),
    backOff: state('BackOff', {
      timeout: { computed: '$states.input.backOff' },
      waitsForToken: {},
      payload: { ...run, seq: input('seq'), ...entry },
      output: '{}',
    }),
    awaitMessage: state('AwaitMessage', {
      timeout: {
        computed: `$max([1, $ceil(($states.input.until + ${AWAIT_MARGIN_MS} - $millis()) / 1000)])`,
      },
      waitsForToken: {},
      payload: { ...run, ...entry },
      output: '{}',
    }),
    reportFailure: state('ReportFailure', {
      ...withinFunction,
      payload: { ...run, error: input('failure') },
      output: '$merge([$states.input, $states.result.Payload])',
    }),
    failed: state('Failed', {
      ...withinFunction,
      payload: {
        ...run,
        failure: input('failure'),
        redriven: jsonata('$states.context.Execution.RedriveCount > $states.input.redrives'),
      },
      output: '{}',
    }),
  }
}
