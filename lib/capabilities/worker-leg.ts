/** WorkerLeg: the state machine for one leg of a worker, from sandbox to report, with its verification between. */
import { Duration } from 'aws-cdk-lib'
import {
  Choice,
  Condition,
  type StateMachine,
  Succeed,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import {
  LEG_MARGIN_SECONDS,
  LONGEST_LEG_SECONDS,
  PAUSE_SECONDS,
  SILENCE_SECONDS,
  VERIFIER_SECONDS,
} from '../../src/core/limits.ts'
import { ServiceFunction, WHOLE_CPU_MB } from '../kit/service-function.ts'
import {
  caught,
  dontRetryStateChanged,
  executionInput,
  jsonata,
  lambdaState,
  machine,
  retryFailure,
  retrySandbox,
  retryService,
} from '../kit/states.ts'
import type { Resources } from '../resources/index.ts'
import type { ModelGateway } from './model-gateway.ts'

/** Long enough for a pause and the requests around it. */
const FUNCTION_SECONDS = PAUSE_SECONDS + 45

const leg = {
  sessionId: executionInput('sessionId'),
  workerId: executionInput('workerId'),
  leg: executionInput('leg'),
}

export class WorkerLeg extends Construct {
  readonly machine: StateMachine

  constructor(scope: Construct, id: string, resources: Resources, modelGateway: ModelGateway) {
    super(scope, id)
    const { storage, queues } = resources
    const fn = new ServiceFunction(this, 'WorkerLegFunction', {
      name: 'worker-leg',
      memoryMb: WHOLE_CPU_MB,
      timeout: Duration.seconds(FUNCTION_SECONDS),
      bindings: [
        resources.launchSandboxes(),
        resources.network('WORKER_EGRESS'),
        modelGateway.address,
        storage.readSessions(),
        storage.readLedgers(),
        storage.noteHealth(),
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
    const startVerifier = lambdaState(this, 'StartVerifier', {
      fn,
      payload: leg,
      timeout: Timeout.duration(Duration.seconds(VERIFIER_SECONDS + LEG_MARGIN_SECONDS)),
      waitsForToken: { heartbeat: Timeout.duration(Duration.seconds(SILENCE_SECONDS)) },
      output: "{'verified': true}",
    })
    const collectResult = lambdaState(this, 'CollectResult', {
      fn,
      payload: {
        ...leg,
        error: jsonata('$exists($states.input.Error) ? $states.input : {}'),
        verified: jsonata('$exists($states.input.verified)'),
      },
      timeout: Timeout.duration(Duration.seconds(FUNCTION_SECONDS + 30)),
      output: '$states.result.Payload',
    })
    for (const start of [startLeg, startVerifier])
      retryFailure(retryService(retrySandbox(dontRetryStateChanged(start))))
    retryFailure(retryService(collectResult))
    // Report the leg to the conductor, however it ended.
    startLeg.addCatch(collectResult, { errors: ['States.ALL'], outputs: jsonata(caught) })
    startVerifier.addCatch(collectResult, {
      errors: ['States.ALL'],
      outputs: jsonata(`$merge([${caught}, {'verified': true}])`),
    })
    collectResult.next(
      Choice.jsonata(this, 'NeedsVerification')
        .when(Condition.jsonata(jsonata('$states.input.verify')), startVerifier.next(collectResult))
        .otherwise(Succeed.jsonata(this, 'Reported')),
    )
    this.machine = machine(this, 'WorkerLeg', {
      start: startLeg.next(collectResult),
      timeout: Duration.hours(4),
    })
  }
}
