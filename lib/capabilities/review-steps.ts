/** The steps of ReviewLoop: the function that each one calls, with what, and what it leaves to the next. */
import { Duration } from 'aws-cdk-lib'
import { Timeout } from 'aws-cdk-lib/aws-stepfunctions'
import type { Construct } from 'constructs'
import { SILENCE_SECONDS, TURN_SECONDS } from '../../src/core/limits.ts'
import type { Binding } from '../kit/bindings.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import { given, jsonata, lambdaStep, type StepProps } from '../kit/steps.ts'

/** What the function of each step may use. */
export interface StepBindings {
  readonly takeMessages: readonly Binding[]
  readonly askConductor: readonly Binding[]
  readonly readTurn: readonly Binding[]
  readonly runCommand: readonly Binding[]
  readonly awaitMessage: readonly Binding[]
  readonly closeRun: readonly Binding[]
  readonly tellPerson: readonly Binding[]
}

const FUNCTION_SECONDS = 60
/** A function's own limit comes first, so that its error says what happened. */
const seconds = (limit: number) => Timeout.duration(Duration.seconds(limit))
const answersAtOnce = { timeout: seconds(FUNCTION_SECONDS + 30) }

/** Margin after the latest leg's deadline, until which the run stays open for its report. */
const AWAIT_MARGIN_MS = 120_000

export const input = (name: string) => jsonata(`$states.input.${name}`)
const run = { sessionId: given('sessionId'), run: given('run') }
const turn = { ...run, turn: input('turn') }

export type ReviewSteps = ReturnType<typeof reviewSteps>

/** One task a step of the protocol; TellFailure is TellPerson's function with another question. */
export function reviewSteps(scope: Construct, bindings: StepBindings) {
  const fn = (id: string, name: string, bound: readonly Binding[]) =>
    new ServiceFunction(scope, `${id}Function`, {
      name,
      timeout: Duration.seconds(FUNCTION_SECONDS),
      bindings: bound,
    })
  const step = (id: string, props: StepProps) => lambdaStep(scope, id, props)
  const tellPerson = fn('TellPerson', 'tell-person', bindings.tellPerson)
  return {
    takeMessages: step('TakeMessages', {
      fn: fn('TakeMessages', 'take-messages', bindings.takeMessages),
      ...answersAtOnce,
      payload: run,
      output: '$states.result.Payload',
    }),
    askConductor: step('AskConductor', {
      fn: fn('AskConductor', 'ask-conductor', bindings.askConductor),
      timeout: seconds(TURN_SECONDS + 60),
      waitsForToken: { heartbeat: seconds(SILENCE_SECONDS) },
      payload: turn,
      output: "{'turn': $states.input.turn}",
    }),
    readTurn: step('ReadTurn', {
      fn: fn('ReadTurn', 'read-turn', bindings.readTurn),
      ...answersAtOnce,
      payload: turn,
      output: "$merge([$states.result.Payload, {'turn': $states.input.turn, 'giveUp': false}])",
    }),
    runCommand: step('RunCommand', {
      fn: fn('RunCommand', 'run-command', bindings.runCommand),
      ...answersAtOnce,
      payload: { ...turn, index: input('index'), giveUp: input('giveUp') },
      output: '{}',
    }),
    awaitMessage: step('AwaitMessage', {
      fn: fn('AwaitMessage', 'await-message', bindings.awaitMessage),
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
    closeRun: step('CloseRun', {
      fn: fn('CloseRun', 'close-run', bindings.closeRun),
      ...answersAtOnce,
      payload: run,
      output: '$states.result.Payload',
    }),
    tellPerson: step('TellPerson', {
      fn: tellPerson,
      ...answersAtOnce,
      payload: { ...run, turn: jsonata('$exists($states.input.turn) ? $states.input.turn : 0') },
      output: '{}',
    }),
    tellFailure: step('TellFailure', {
      fn: tellPerson,
      ...answersAtOnce,
      payload: { ...run, error: input('failure') },
      output: '$states.input',
    }),
    failed: step('Failed', {
      fn: fn('Failed', 'fail-run', []),
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
