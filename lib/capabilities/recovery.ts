/** Recovers from failures: the rule for executions that ended badly, the sweep, and the dead-letter consumer. */
import { Duration, Validations } from 'aws-cdk-lib'
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { consume } from '../kit/consume.ts'
import { drives, starts } from '../kit/executions.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import type { Resources } from '../resources/index.ts'
import { CONSUMER_TIMEOUT } from '../resources/queues.ts'
import type { Machines } from './machines.ts'

export class Recovery extends Construct {
  readonly fn: ServiceFunction

  constructor(
    scope: Construct,
    id: string,
    resources: Resources,
    { reviewLoop, workerLeg }: Machines,
  ) {
    super(scope, id)
    const droppedEvents = 'The next sweep makes up for a lost event, and for a lost sweep.'
    Validations.of(this).acknowledge({ id: 'Serverless-EventBusDLQ', reason: droppedEvents })
    const { storage, contacts, queues } = resources
    this.fn = new ServiceFunction(this, 'Recovery', {
      name: 'recovery',
      timeout: CONSUMER_TIMEOUT.deadLetters,
      droppedEvents,
      bindings: [
        resources.deployment,
        resources.endSandboxes(),
        resources.network('WORKER_EGRESS'),
        storage.changeSessions(),
        storage.listOpenRuns(),
        storage.listWaitingSessions(),
        storage.changeWorkers(),
        storage.listWorkers(),
        storage.changeConversations(),
        // It appends emails of the dead-letter queue, as dispatch-message does.
        storage.readHistory(),
        storage.putAttachments(),
        contacts.ownAddresses(),
        contacts.read(),
        storage.changeUsage(),
        queues.sendMessages,
        queues.sendDeliveries,
        queues.sendCancellations,
        drives('REVIEW_LOOP_ARN', reviewLoop.machine),
        starts('WORKER_LEG_ARN', workerLeg.machine),
      ],
    })
    this.#recoverRuns([reviewLoop.machine, workerLeg.machine])
    this.#sweep()
    consume(this.fn, queues.deadLetters, { batchSize: 10, maxConcurrency: 2 })
  }

  /** Best effort, like EventBridge. The sweep finds what it misses. */
  #recoverRuns(machines: readonly StateMachine[]): void {
    new Rule(this, 'ExecutionFailed', {
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['FAILED', 'ABORTED', 'TIMED_OUT'],
          stateMachineArn: machines.map(({ stateMachineArn }) => stateMachineArn),
        },
      },
      targets: [new LambdaFunction(this.fn, { retryAttempts: 2 })],
    })
  }

  #sweep(): void {
    new Rule(this, 'SweepSchedule', {
      schedule: Schedule.rate(Duration.minutes(2)),
      targets: [
        new LambdaFunction(this.fn, {
          retryAttempts: 0,
          event: RuleTargetInput.fromObject({
            task: 'Sweep',
            staleRunSeconds: 120,
            newSandboxSeconds: 300,
            idleWorkerSeconds: 24 * 3600,
          }),
        }),
      ],
    })
  }
}
