/** ReviewLoop: the state machine for a session's run, from waiting messages to the last command. */
import { Duration } from 'aws-cdk-lib'
import {
  Choice,
  Condition,
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
import { FUNCTION_SECONDS, type ReviewStates, reviewStates } from './review-states.ts'
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
    this.#connect(states)
    retry(states)
    lookAgain(states)
    this.#failAfterReporting(states)
    this.machine = machine(this, 'ReviewLoop', {
      start: states.askConductor,
      timeout: Duration.days(7),
    })
  }

  /**
   * Connects the states. A run is opened by a message, so it begins with the conductor. Only what waits is a state of its
   * own: ContinueRun does everything between, and says what the run waits for next.
   */
  #connect(states: ReviewStates): void {
    const { askConductor, continueRun, awaitMessage } = states
    states.renewSandbox.next(askConductor)
    askConductor.next(continueRun)
    awaitMessage.next(askConductor)
    continueRun.next(
      Choice.jsonata(this, 'WhatNext')
        .when(when("$states.input.do = 'ask'"), askConductor)
        .when(when("$states.input.do = 'await'"), awaitMessage)
        .when(when("$states.input.do in ['closed', 'superseded']"), Succeed.jsonata(this, 'Done'))
        // It has used up the time of one invocation.
        .otherwise(continueRun),
    )
  }

  /**
   * On any error, reports it in the history and fails the execution, at once or, if an earlier run has failed already,
   * after a pause that the next message ends. The item is untouched, so recovery or a redrive can continue from it,
   * unless a newer run has taken it over.
   */
  #failAfterReporting(states: ReviewStates): void {
    const { reportFailure, backOff, failed, ...others } = states
    const { continueRun } = others
    for (const state of [reportFailure, backOff])
      state.addCatch(failed, { errors: ['States.ALL'], outputs: jsonata('$states.input') })
    failed.next(continueRun)
    reportFailure.next(
      Choice.jsonata(this, 'FailedBefore')
        .when(when('$states.input.backOff > 0'), backOff.next(continueRun))
        .otherwise(failed),
    )
    for (const state of Object.values(others))
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
 * If the item has changed, or no message arrived in time, another state looks at it. It also does so after the sandbox was
 * paused, or could not be: then another one takes its place.
 */
function lookAgain(states: ReviewStates): void {
  const { continueRun, askConductor, renewSandbox, awaitMessage, backOff } = states
  const go = (state: TaskStateBase, next: TaskStateBase, ...errors: string[]) =>
    state.addCatch(next, { errors, outputs: jsonata('{}') })
  go(askConductor, continueRun, 'StateChanged')
  go(askConductor, renewSandbox, 'SandboxExpiring')
  go(renewSandbox, askConductor, 'SandboxUnavailable')
  go(awaitMessage, askConductor, 'StateChanged')
  go(awaitMessage, continueRun, 'States.Timeout')
  go(backOff, continueRun, 'StateChanged')
}
