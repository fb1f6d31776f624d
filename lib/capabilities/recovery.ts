/** What puts right whatever went wrong: the rule on executions that ended badly, the sweep, the dead-letter consumer. */
import { Duration, Validations } from 'aws-cdk-lib'
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import type { Binding } from '../kit/bindings.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import { CONSUMER_SECONDS } from './intake.ts'

export interface RecoveryProps {
  readonly machines: readonly StateMachine[]
  readonly deadLetters: Queue
  readonly recoverRun: readonly Binding[]
  readonly sweep: readonly Binding[]
  readonly appendDeadLetter: readonly Binding[]
}

export class Recovery extends Construct {
  constructor(scope: Construct, id: string, props: RecoveryProps) {
    super(scope, id)
    Validations.of(this).acknowledge({
      id: 'Serverless-EventBusDLQ',
      reason: 'An event that is lost is made good by the next sweep; a sweep by the one after.',
    })
    this.#recoverRuns(props)
    this.#sweep(props)
    this.#appendDeadLetters(props)
  }

  /** Best effort, as EventBridge is: what it misses the sweep finds. */
  #recoverRuns({ machines, recoverRun }: RecoveryProps): void {
    const recover = new ServiceFunction(this, 'RecoverRun', {
      name: 'recover-run',
      timeout: Duration.seconds(30),
      bindings: recoverRun,
    })
    new Rule(this, 'ExecutionEndedBadly', {
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['FAILED', 'ABORTED', 'TIMED_OUT'],
          stateMachineArn: machines.map(({ stateMachineArn }) => stateMachineArn),
        },
      },
      targets: [new LambdaFunction(recover, { retryAttempts: 2 })],
    })
  }

  #sweep({ sweep }: RecoveryProps): void {
    const fn = new ServiceFunction(this, 'Sweep', {
      name: 'sweep',
      timeout: Duration.minutes(2),
      bindings: sweep,
    })
    new Rule(this, 'SweepSchedule', {
      schedule: Schedule.rate(Duration.minutes(2)),
      targets: [
        new LambdaFunction(fn, {
          retryAttempts: 0,
          event: RuleTargetInput.fromObject({ unmoved: 120, young: 300, resting: 24 * 3600 }),
        }),
      ],
    })
  }

  #appendDeadLetters({ deadLetters, appendDeadLetter }: RecoveryProps): void {
    const append = new ServiceFunction(this, 'AppendDeadLetter', {
      name: 'append-dead-letter',
      timeout: Duration.seconds(CONSUMER_SECONDS),
      bindings: appendDeadLetter,
    })
    Validations.of(append).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason:
        'What cannot be appended here stays on the dead-letter queue, which an alarm watches.',
    })
    append.addEventSource(
      new SqsEventSource(deadLetters, {
        batchSize: 10,
        maxConcurrency: 2,
        reportBatchItemFailures: true,
      }),
    )
  }
}
