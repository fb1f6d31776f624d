/** ReviewLoop: the state machine for a session's run, from waiting messages to the last command. */
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
import { environment } from '../kit/bindings.ts'
import { starts, stops } from '../kit/executions.ts'
import { ServiceFunction, WHOLE_CPU_MB } from '../kit/service-function.ts'
import {
  caught,
  dontRetryStateChanged,
  jsonata,
  machine,
  retryFailure,
  retryReport,
  retrySandbox,
  retryService,
  retrySilence,
} from '../kit/states.ts'
import type { Resources } from '../resources/index.ts'
import type { ModelGateway } from './model-gateway.ts'
import { FUNCTION_SECONDS, input, type ReviewStates, reviewStates } from './review-states.ts'
import type { WorkerLeg } from './worker-leg.ts'

export class ReviewLoop extends Construct {
  readonly machine: StateMachine

  constructor(
    scope: Construct,
    id: string,
    resources: Resources,
    { workerLeg, modelGateway }: { workerLeg: WorkerLeg; modelGateway: ModelGateway },
  ) {
    super(scope, id)
    const { storage, contacts, queues, config } = resources
    const fn = new ServiceFunction(this, 'ReviewLoopFunction', {
      name: 'review-loop',
      memoryMb: WHOLE_CPU_MB,
      timeout: Duration.seconds(FUNCTION_SECONDS),
      bindings: [
        resources.launchSandboxes(),
        resources.network('CONDUCTOR_EGRESS'),
        modelGateway.address,
        resources.budgets(),
        contacts.people(),
        storage.changeSessions(),
        storage.changeWorkers(),
        storage.listSessionWorkers(),
        storage.changeConversations(),
        storage.readTotals(),
        storage.changeUsage(),
        queues.sendDeliveries,
        starts('WORKER_LEG_ARN', workerLeg.machine),
        stops('WORKER_LEG_ARN', workerLeg.machine),
        environment('LEG_SECONDS', String(Math.round(config.legMinutes * 60))),
        environment('WORKER_ATTEMPTS', String(config.attempts)),
        environment('WORKER_HOURS', String(config.workerHours)),
        environment('RECEIPT_IN_REPLY', String(config.receiptInReply)),
        environment('REMIND_HOURS', String(config.remindAfterHours)),
        environment('EXPIRE_HOURS', String(config.expiresAfterHours)),
        environment('APPROVALS', config.approvals),
        environment('VERIFY', config.verify),
      ],
    })
    const states = reviewStates(this, fn)
    const runCommands = this.#runCommands(states)
    this.#connect(states, runCommands)
    retry(states)
    takeMessagesAgain(states)
    this.#failAfterReporting(states, runCommands)
    this.machine = machine(this, 'ReviewLoop', {
      start: states.takeMessages,
      timeout: Duration.days(7),
    })
  }

  /** Runs commands in order, because a later one may build on an earlier one. */
  #runCommands({ runCommand }: ReviewStates): MapState {
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

  /** Connects the states: TakeMessages says what the run does next, and every state leads back to it. */
  #connect(states: ReviewStates, runCommands: MapState): void {
    const { takeMessages, askConductor, readTurn, awaitMessage, closeRun, notifySenders } = states
    states.renewSandbox.next(takeMessages)
    takeMessages.next(
      Choice.jsonata(this, 'WhatNext')
        .when(when("$states.input.do = 'ask'"), askConductor)
        .when(when("$states.input.do = 'read'"), readTurn)
        .when(when("$states.input.do = 'run'"), runCommands)
        .when(when("$states.input.do in ['abandon', 'notify']"), notifySenders)
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
    notifySenders.next(takeMessages)
    closeRun.next(
      Choice.jsonata(this, 'Closed')
        .when(when('$states.input.closed'), Succeed.jsonata(this, 'Done'))
        .otherwise(takeMessages),
    )
  }

  /**
   * On any error, reports it in the history and fails the execution, at once or, if an earlier run has failed already,
   * after a pause that the next message ends. The item is untouched, so recovery or a redrive can continue from it,
   * unless a newer run has taken it over.
   */
  #failAfterReporting(states: ReviewStates, runCommands: MapState): void {
    const { reportFailure, backOff, failed, takeMessages, runCommand: _, ...others } = states
    for (const state of [reportFailure, backOff])
      state.addCatch(failed, { errors: ['States.ALL'], outputs: jsonata('$states.input') })
    failed.next(takeMessages)
    reportFailure.next(
      Choice.jsonata(this, 'FailedBefore')
        .when(when('$states.input.backOff > 0'), backOff.next(takeMessages))
        .otherwise(failed),
    )
    for (const state of [takeMessages, ...Object.values(others), runCommands])
      state.addCatch(reportFailure, { errors: ['States.ALL'], outputs: failure })
  }
}

const failure = jsonata(
  `{'failure': ${caught}, 'redrives': $states.context.Execution.RedriveCount}`,
)

const when = (expression: string) => Condition.jsonata(jsonata(expression))

/** Adds retriers. The first that matches counts, so specific ones come first. */
function retry({
  askConductor,
  renewSandbox,
  awaitMessage,
  backOff,
  reportFailure,
  failed,
  ...others
}: ReviewStates): void {
  retryReport(retryService(reportFailure))
  retryService(failed)
  retryFailure(
    retryService(
      retrySilence(retrySandbox(dontRetryStateChanged(askConductor, 'SandboxExpiring'))),
    ),
  )
  retryFailure(retryService(retrySandbox(renewSandbox)))
  for (const state of [awaitMessage, backOff])
    retryFailure(retryService(dontRetryStateChanged(state)))
  for (const state of Object.values(others)) retryFailure(retryService(state))
}

/**
 * If the item has changed, or no message arrived in time, the run returns to TakeMessages. It also does so after the
 * sandbox was paused, or could not be: then another one takes its place.
 */
function takeMessagesAgain(states: ReviewStates): void {
  const { takeMessages, askConductor, renewSandbox, awaitMessage, backOff } = states
  const back = (state: TaskStateBase, ...errors: string[]) =>
    state.addCatch(takeMessages, { errors, outputs: jsonata('{}') })
  back(askConductor, 'StateChanged')
  askConductor.addCatch(renewSandbox, { errors: ['SandboxExpiring'], outputs: jsonata('{}') })
  back(renewSandbox, 'SandboxUnavailable')
  back(awaitMessage, 'StateChanged')
  back(awaitMessage, 'States.Timeout')
  back(backOff, 'StateChanged')
}
