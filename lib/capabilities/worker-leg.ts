/** WorkerLeg: one assignment of a worker as an execution of its own, from sandbox to report. */
import { Duration } from 'aws-cdk-lib'
import { type StateMachine, Timeout } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { LEG_MARGIN_SECONDS, LONGEST_LEG_SECONDS, SILENCE_SECONDS } from '../../src/core/limits.ts'
import type { Binding } from '../kit/bindings.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import {
  caught,
  dontRetryStateChanged,
  given,
  jsonata,
  lambdaStep,
  machine,
  retryFailure,
  retrySandbox,
  retryService,
} from '../kit/steps.ts'

export interface WorkerLegProps {
  readonly startLeg: readonly Binding[]
  readonly collectResult: readonly Binding[]
}

const leg = {
  sessionId: given('sessionId'),
  workerId: given('workerId'),
  leg: given('leg'),
}

export class WorkerLeg extends Construct {
  readonly machine: StateMachine

  constructor(scope: Construct, id: string, props: WorkerLegProps) {
    super(scope, id)
    const startLeg = lambdaStep(this, 'StartLeg', {
      fn: new ServiceFunction(this, 'StartLegFunction', {
        name: 'start-leg',
        timeout: Duration.seconds(60),
        bindings: props.startLeg,
      }),
      payload: leg,
      timeout: Timeout.duration(Duration.seconds(LONGEST_LEG_SECONDS + LEG_MARGIN_SECONDS)),
      waitsForToken: { heartbeat: Timeout.duration(Duration.seconds(SILENCE_SECONDS)) },
      output: '{}',
    })
    const collectResult = lambdaStep(this, 'CollectResult', {
      fn: new ServiceFunction(this, 'CollectResultFunction', {
        name: 'collect-result',
        timeout: Duration.seconds(30),
        bindings: props.collectResult,
      }),
      payload: { ...leg, error: jsonata('$exists($states.input.Error) ? $states.input : {}') },
      timeout: Timeout.duration(Duration.seconds(40)),
      output: '{}',
    })
    retryFailure(retryService(retrySandbox(dontRetryStateChanged(startLeg))))
    retryFailure(retryService(collectResult))
    // However the leg ended, the conductor hears of it.
    startLeg.addCatch(collectResult, { errors: ['States.ALL'], outputs: jsonata(caught) })
    this.machine = machine(this, 'WorkerLeg', {
      start: startLeg.next(collectResult),
      timeout: Duration.hours(3),
    })
  }
}
