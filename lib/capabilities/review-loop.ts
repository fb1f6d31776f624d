/** ReviewLoop: one run of a session, from the messages that wait to the last command done. */
import { Duration } from 'aws-cdk-lib'
import {
  Choice,
  Condition,
  Map as MapState,
  ProvideItems,
  type StateMachine,
  Succeed,
  type TaskStateBase,
} from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import {
  caught,
  dontRetryStateChanged,
  jsonata,
  machine,
  retryFailure,
  retrySandbox,
  retryService,
  retrySilence,
} from '../kit/steps.ts'
import { input, type ReviewSteps, reviewSteps, type StepBindings } from './review-steps.ts'

export class ReviewLoop extends Construct {
  readonly machine: StateMachine

  constructor(scope: Construct, id: string, bindings: StepBindings) {
    super(scope, id)
    const steps = reviewSteps(this, bindings)
    const runCommands = this.#runCommands(steps)
    this.#connect(steps, runCommands)
    retry(steps)
    lookAgain(steps)
    this.#failAfterTelling(steps, runCommands)
    this.machine = machine(this, 'ReviewLoop', {
      start: steps.takeMessages,
      timeout: Duration.days(7),
    })
  }

  /** In order: a later command may build on an earlier one. */
  #runCommands({ runCommand }: ReviewSteps): MapState {
    return MapState.jsonata(this, 'RunCommands', {
      items: ProvideItems.jsonata(input('commands')),
      itemSelector: {
        index: jsonata('$states.context.Map.Item.Value'),
        turn: input('turn'),
        giveUp: input('giveUp'),
      },
      maxConcurrency: 1,
      outputs: jsonata('{}'),
    }).itemProcessor(runCommand)
  }

  /** What follows what: TakeMessages says what the run does next, and everything leads back to it. */
  #connect(steps: ReviewSteps, runCommands: MapState): void {
    const { takeMessages, askConductor, readTurn, awaitMessage, closeRun, tellPerson } = steps
    takeMessages.next(
      Choice.jsonata(this, 'WhatNext')
        .when(when("$states.input.do = 'ask'"), askConductor)
        .when(when("$states.input.do = 'read'"), readTurn)
        .when(when("$states.input.do = 'run'"), runCommands)
        .when(when("$states.input.do in ['park', 'tell']"), tellPerson)
        .when(when("$states.input.do = 'await'"), awaitMessage)
        .when(when("$states.input.do = 'close'"), closeRun)
        .otherwise(Succeed.jsonata(this, 'Superseded')),
    )
    askConductor.next(readTurn)
    readTurn.next(
      Choice.jsonata(this, 'AnyCommands')
        .when(when('$count($states.input.commands) > 0'), runCommands)
        .otherwise(takeMessages),
    )
    runCommands.next(takeMessages)
    awaitMessage.next(takeMessages)
    tellPerson.next(takeMessages)
    closeRun.next(
      Choice.jsonata(this, 'Closed')
        .when(when('$states.input.closed'), Succeed.jsonata(this, 'Done'))
        .otherwise(takeMessages),
    )
  }

  /**
   * Any error: the person hears of it, the execution fails; the item is untouched and recovery goes on from it. So does
   * a redrive, unless a newer run has taken the item over.
   */
  #failAfterTelling(steps: ReviewSteps, runCommands: MapState): void {
    const { tellFailure, failed, takeMessages, runCommand: _, ...others } = steps
    tellFailure.addCatch(failed, { errors: ['States.ALL'], outputs: jsonata('$states.input') })
    tellFailure.next(failed).next(takeMessages)
    for (const step of [takeMessages, ...Object.values(others), runCommands])
      step.addCatch(tellFailure, { errors: ['States.ALL'], outputs: failure })
  }
}

const failure = jsonata(
  `{'failure': ${caught}, 'redrives': $states.context.Execution.RedriveCount}`,
)

const when = (expression: string) => Condition.jsonata(jsonata(expression))

/** The first retrier that matches counts, so the particular ones come first. */
function retry({ askConductor, awaitMessage, failed, ...others }: ReviewSteps): void {
  retryService(failed)
  retryFailure(retryService(retrySilence(retrySandbox(dontRetryStateChanged(askConductor)))))
  retryFailure(retryService(dontRetryStateChanged(awaitMessage)))
  for (const step of Object.values(others)) retryFailure(retryService(step))
}

/** The item has moved on meanwhile, or nobody wrote in time: the run looks at it again. */
function lookAgain({ takeMessages, askConductor, awaitMessage }: ReviewSteps): void {
  const back = (step: TaskStateBase, ...errors: string[]) =>
    step.addCatch(takeMessages, { errors, outputs: jsonata('{}') })
  back(askConductor, 'StateChanged')
  back(awaitMessage, 'StateChanged')
  back(awaitMessage, 'States.Timeout')
}
