/** The states of ReviewLoop: the input and output of each. */
import { Duration } from 'aws-cdk-lib'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { Timeout } from 'aws-cdk-lib/aws-stepfunctions'
import type { Construct } from 'constructs'
import { SILENCE_SECONDS, TURN_SECONDS } from '../../src/core/limits.ts'
import { given, jsonata, lambdaState, type StateProps } from '../kit/states.ts'

export const FUNCTION_SECONDS = 60
/** A state's timeout is longer than its function's, so that the function's error says what happened. */
const seconds = (limit: number) => Timeout.duration(Duration.seconds(limit))
const answersAtOnce = { timeout: seconds(FUNCTION_SECONDS + 30) }

/** How long the run stays open for a report after the latest leg's deadline. */
const AWAIT_MARGIN_MS = 120_000

export const input = (name: string) => jsonata(`$states.input.${name}`)
const run = { sessionId: given('sessionId'), run: given('run') }
const turn = { ...run, turn: input('turn') }

export type ReviewStates = ReturnType<typeof reviewStates>

/** Creates one task for each step of the run protocol. All call the same function. */
export function reviewStates(scope: Construct, fn: IFunction) {
  const state = (id: string, props: Omit<StateProps, 'fn'>) =>
    lambdaState(scope, id, { fn, ...props })
  return {
    takeMessages: state('TakeMessages', {
      ...answersAtOnce,
      payload: run,
      output: '$states.result.Payload',
    }),
    askConductor: state('AskConductor', {
      timeout: seconds(TURN_SECONDS + 60),
      waitsForToken: { heartbeat: seconds(SILENCE_SECONDS) },
      payload: turn,
      output: "{'turn': $states.input.turn}",
    }),
    readTurn: state('ReadTurn', {
      ...answersAtOnce,
      payload: turn,
      output: "$merge([$states.result.Payload, {'turn': $states.input.turn, 'giveUp': false}])",
    }),
    runCommand: state('RunCommand', {
      ...answersAtOnce,
      payload: { ...turn, index: input('index'), giveUp: input('giveUp') },
      output: '{}',
    }),
    awaitMessage: state('AwaitMessage', {
      timeout: {
        computed: `$max([1, $ceil(($states.input.until + ${AWAIT_MARGIN_MS} - $millis()) / 1000)])`,
      },
      waitsForToken: {},
      payload: {
        ...run,
        entered: jsonata('$states.context.State.EnteredTime'),
        redrives: jsonata('$states.context.Execution.RedriveCount'),
      },
      output: '{}',
    }),
    closeRun: state('CloseRun', {
      ...answersAtOnce,
      payload: run,
      output: '$states.result.Payload',
    }),
    notifySenders: state('NotifySenders', {
      ...answersAtOnce,
      payload: { ...run, turn: jsonata('$exists($states.input.turn) ? $states.input.turn : 0') },
      output: '{}',
    }),
    reportFailure: state('ReportFailure', {
      ...answersAtOnce,
      payload: { ...run, error: input('failure') },
      output: '$states.input',
    }),
    failed: state('Failed', {
      ...answersAtOnce,
      payload: {
        ...run,
        failure: input('failure'),
        redriven: jsonata('$states.context.Execution.RedriveCount > $states.input.redrives'),
      },
      output: '{}',
    }),
  }
}
