/** Bindings to state machines: start, stop and link to executions, and complete their tasks. */

import { ArnFormat, Aws, Stack } from 'aws-cdk-lib'
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import type { EnvironmentVariable } from '../../src/adapters/environment.ts'
import { allow, type Binding, combine, environment } from './bindings.ts'
import { acknowledgeWildcard, inFinding } from './wildcards.ts'

/** Starts executions of a machine. */
export const starts = (variable: EnvironmentVariable, machine: StateMachine): Binding =>
  combine(
    environment(variable, machine.stateMachineArn),
    allow(machine.stateMachineArn, 'states:StartExecution'),
  )

/** Stops executions of a machine. */
export const stops = (variable: EnvironmentVariable, machine: StateMachine): Binding =>
  combine(environment(variable, machine.stateMachineArn), {
    environment: {},
    grant: (fn) => {
      allow(executionsOf(machine), 'states:StopExecution').grant(fn)
      acknowledgeWildcard(
        fn,
        `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${inFinding(machine, 'Name')}:*`,
        'Executions get their names at run time. The function can stop only those of this state machine.',
      )
    },
  })

const executionsOf = (machine: StateMachine) =>
  Stack.of(machine).formatArn({
    service: 'states',
    resource: 'execution',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    resourceName: `${machine.stateMachineName}:*`,
  })

/** Lets a function build console links to a machine's executions, without permissions on the machine. */
export const links = (variable: EnvironmentVariable, machine: StateMachine): Binding =>
  combine(
    environment(variable, machine.stateMachineArn),
    environment(
      'CONSOLE_URL',
      `https://${Aws.REGION}.console.aws.amazon.com/states/home?region=${Aws.REGION}#/v2/executions/details/`,
    ),
  )

/** Sends heartbeats for the machine's waiting tasks, and completes them. */
export const completes = (machine: StateMachine): Binding =>
  allow(machine.stateMachineArn, 'states:SendTaskHeartbeat', 'states:SendTaskSuccess')

/** Wakes runs: starts an execution, or completes the task of a waiting one. */
export const drives = (variable: EnvironmentVariable, machine: StateMachine): Binding =>
  combine(starts(variable, machine), allow(machine.stateMachineArn, 'states:SendTaskSuccess'))
