/** WorkerLeg: the state machine for one leg of a worker, from sandbox to report. */
import { Duration } from 'aws-cdk-lib'
import { type StateMachine, Timeout } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { LEG_MARGIN_SECONDS, LONGEST_LEG_SECONDS, SILENCE_SECONDS } from '../../src/core/limits.ts'
import { ServiceFunction, WHOLE_CPU_MB } from '../kit/service-function.ts'
import {
  caught,
  dontRetryStateChanged,
  given,
  jsonata,
  lambdaState,
  machine,
  retryFailure,
  retrySandbox,
  retryService,
} from '../kit/states.ts'
import type { Resources } from '../resources/index.ts'

const leg = {
  sessionId: given('sessionId'),
  workerId: given('workerId'),
  leg: given('leg'),
}

export class WorkerLeg extends Construct {
  readonly machine: StateMachine

  constructor(scope: Construct, id: string, resources: Resources) {
    super(scope, id)
    const { storage, queues } = resources
    const fn = new ServiceFunction(this, 'WorkerLegFunction', {
      name: 'worker-leg',
      memoryMb: WHOLE_CPU_MB,
      timeout: Duration.seconds(60),
      bindings: [
        resources.launchSandboxes(),
        storage.readSessions(),
        storage.readLedgers(),
        storage.changeWorkers(),
        storage.changeConversations(),
        queues.sendMessages,
      ],
    })
    const startLeg = lambdaState(this, 'StartLeg', {
      fn,
      payload: leg,
      timeout: Timeout.duration(Duration.seconds(LONGEST_LEG_SECONDS + LEG_MARGIN_SECONDS)),
      waitsForToken: { heartbeat: Timeout.duration(Duration.seconds(SILENCE_SECONDS)) },
      output: '{}',
    })
    const collectResult = lambdaState(this, 'CollectResult', {
      fn,
      payload: { ...leg, error: jsonata('$exists($states.input.Error) ? $states.input : {}') },
      timeout: Timeout.duration(Duration.seconds(90)),
      output: '{}',
    })
    retryFailure(retryService(retrySandbox(dontRetryStateChanged(startLeg))))
    retryFailure(retryService(collectResult))
    // Report the leg to the conductor, however it ended.
    startLeg.addCatch(collectResult, { errors: ['States.ALL'], outputs: jsonata(caught) })
    this.machine = machine(this, 'WorkerLeg', {
      start: startLeg.next(collectResult),
      timeout: Duration.hours(3),
    })
  }
}
