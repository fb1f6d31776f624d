/** ReviewLoop: one run of a session, from the messages that wait to the last command done. */
import { Duration } from 'aws-cdk-lib'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import {
  Choice,
  Condition,
  Fail,
  Map as MapState,
  ProvideItems,
  type StateMachine,
  Succeed,
  type TaskStateBase,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { SILENCE_SECONDS, TURN_SECONDS } from '../../lambdas/core/limits.ts'
import { type Binding, ServiceFunction } from './service-function.ts'
import {
  given,
  jsonata,
  lambdaStep,
  machine,
  retryFailure,
  retrySandbox,
  retryService,
  type StepProps,
} from './steps.ts'

/** Each step's function is named after it, and bound to what it needs. */
export interface ReviewLoopProps {
  readonly takeMessages: readonly Binding[]
  readonly askConductor: readonly Binding[]
  readonly readTurn: readonly Binding[]
  readonly runCommand: readonly Binding[]
  readonly awaitMessage: readonly Binding[]
  readonly closeRun: readonly Binding[]
  readonly tellPerson: readonly Binding[]
  readonly logRetention: RetentionDays
}

const run = { sessionId: given('sessionId'), run: given('run') }
const input = (name: string) => jsonata(`$states.input.${name}`)
const turn = { ...run, turn: input('turn') }

/** Margin after the latest leg's deadline, until which the run stays open for its report. */
const AWAIT_MARGIN_MS = 120_000

export class ReviewLoop extends Construct {
  readonly machine: StateMachine
  readonly #props: ReviewLoopProps

  constructor(scope: Construct, id: string, props: ReviewLoopProps) {
    super(scope, id)
    this.#props = props
    const takeMessages = this.#step('TakeMessages', 'take-messages', 'takeMessages', {
      payload: run,
      output: '$states.result.Payload',
    })
    const askConductor = this.#step('AskConductor', 'ask-conductor', 'askConductor', {
      payload: turn,
      waits: {
        timeout: Timeout.duration(Duration.seconds(TURN_SECONDS + 60)),
        heartbeat: Timeout.duration(Duration.seconds(SILENCE_SECONDS)),
      },
      output: "{'turn': $states.input.turn}",
    })
    const readTurn = this.#step('ReadTurn', 'read-turn', 'readTurn', {
      payload: turn,
      output: "$merge([$states.result.Payload, {'turn': $states.input.turn, 'giveUp': false}])",
    })
    const runCommand = this.#step('RunCommand', 'run-command', 'runCommand', {
      payload: { ...turn, index: input('index'), giveUp: input('giveUp') },
      output: '{}',
    })
    const awaitMessage = this.#step('AwaitMessage', 'await-message', 'awaitMessage', {
      payload: { ...run, entered: jsonata('$states.context.State.EnteredTime') },
      waits: {
        timeout: {
          computed: `$max([1, $ceil(($states.input.until + ${AWAIT_MARGIN_MS} - $millis()) / 1000)])`,
        },
      },
      output: '{}',
    })
    const closeRun = this.#step('CloseRun', 'close-run', 'closeRun', {
      payload: run,
      output: '$states.result.Payload',
    })
    const tellPerson = this.#step('TellPerson', 'tell-person', 'tellPerson', {
      payload: { ...run, turn: jsonata('$exists($states.input.turn) ? $states.input.turn : 0') },
      output: '{}',
    })
    const runCommands = MapState.jsonata(this, 'RunCommands', {
      items: ProvideItems.jsonata(input('commands')),
      itemSelector: {
        index: jsonata('$states.context.Map.Item.Value'),
        turn: input('turn'),
        giveUp: input('giveUp'),
      },
      maxConcurrency: 1,
      outputs: jsonata('{}'),
    }).itemProcessor(runCommand)

    const what = (next: string) => Condition.jsonata(jsonata(`$states.input.do = '${next}'`))
    const whatNext = Choice.jsonata(this, 'WhatNext')
      .when(what('ask'), askConductor)
      .when(what('read'), readTurn)
      .when(what('run'), runCommands)
      .when(Condition.jsonata(jsonata("$states.input.do in ['park', 'tell']")), tellPerson)
      .when(what('await'), awaitMessage)
      .when(what('close'), closeRun)
      .otherwise(Succeed.jsonata(this, 'Superseded'))

    takeMessages.next(whatNext)
    askConductor.next(readTurn)
    readTurn.next(
      Choice.jsonata(this, 'AnyCommands')
        .when(Condition.jsonata(jsonata('$count($states.input.commands) > 0')), runCommands)
        .otherwise(takeMessages),
    )
    runCommands.next(takeMessages)
    awaitMessage.next(takeMessages)
    tellPerson.next(takeMessages)
    closeRun.next(
      Choice.jsonata(this, 'Closed')
        .when(Condition.jsonata(jsonata('$states.input.closed')), Succeed.jsonata(this, 'Done'))
        .otherwise(takeMessages),
    )

    retrySilence(retrySandbox(askConductor))
    for (const step of [askConductor, awaitMessage])
      step.addCatch(takeMessages, { errors: ['LookAgain'], outputs: jsonata('{}') })
    awaitMessage.addCatch(takeMessages, { errors: ['States.Timeout'], outputs: jsonata('{}') })
    this.#failWith([
      takeMessages,
      askConductor,
      readTurn,
      runCommands,
      awaitMessage,
      closeRun,
      tellPerson,
    ])
    for (const step of [takeMessages, readTurn, runCommand, closeRun, tellPerson, askConductor])
      retryFailure(retryService(step))
    retryService(awaitMessage)

    this.machine = machine(this, 'ReviewLoop', {
      start: takeMessages,
      timeout: Duration.days(7),
      logRetention: props.logRetention,
    })
  }

  /** A task named after the protocol's step; every one has a time limit. */
  #step(
    id: string,
    folder: string,
    binding: Exclude<keyof ReviewLoopProps, 'logRetention'>,
    step: Omit<StepProps, 'fn'>,
  ) {
    const fn = this.#function(folder, this.#props[binding])
    const timeout = Timeout.duration(Duration.seconds(90))
    return lambdaStep(this, id, { fn, ...step, ...(!step.waits && { timeout }) })
  }

  /** One function a folder, however many states call it. */
  #function(name: string, bindings: readonly Binding[]): ServiceFunction {
    const id = `${name}-function`
    const existing = this.node.tryFindChild(id)
    if (existing instanceof ServiceFunction) return existing
    const { logRetention } = this.#props
    return new ServiceFunction(this, id, {
      name,
      timeout: Duration.seconds(60),
      bindings,
      logRetention,
    })
  }

  /** Any error: the person hears of it, the execution fails; the item is untouched and recovery goes on from it. */
  #failWith(steps: readonly (TaskStateBase | MapState)[]): void {
    const tellFailure = lambdaStep(this, 'TellFailure', {
      fn: this.#function('tell-person', this.#props.tellPerson),
      payload: { ...run, error: jsonata('$failure') },
      timeout: Timeout.duration(Duration.seconds(90)),
      output: '{}',
    })
    const failed = Fail.jsonata(this, 'Failed', {
      error: jsonata('$failure.Error'),
      cause: jsonata('$failure.Cause'),
    })
    retryFailure(retryService(tellFailure)).addCatch(failed, { errors: ['States.ALL'] })
    tellFailure.next(failed)
    for (const step of steps)
      step.addCatch(tellFailure, {
        errors: ['States.ALL'],
        assign: {
          failure: jsonata(
            "{'Error': $string($states.errorOutput.Error), 'Cause': $string($states.errorOutput.Cause)}",
          ),
        },
      })
  }
}

/** A sandbox that fell silent: asked again with a new token, while the turn may be. */
const retrySilence = (step: TaskStateBase) =>
  step.addRetry({ errors: ['States.Timeout'], interval: Duration.seconds(1), maxAttempts: 3 })
