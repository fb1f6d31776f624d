/** Bindings to settings and to state machines. */

import { ArnFormat, Stack } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { acknowledgeWildcard, type Binding, inFinding } from './service-function.ts'

/** A plain value. */
export const setting = (variable: string, value: string): Binding => ({
  variables: { [variable]: value },
  grant: () => undefined,
})

/** Starts executions of a machine. */
export const starts = (variable: string, machine: StateMachine): Binding => ({
  variables: { [variable]: machine.stateMachineArn },
  grant: (fn) => machine.grantStartExecution(fn),
})

/** Stops executions of a machine. */
export const stops = (variable: string, machine: StateMachine): Binding => ({
  variables: { [variable]: machine.stateMachineArn },
  grant: (fn) => {
    const stack = Stack.of(machine)
    const executions = stack.formatArn({
      service: 'states',
      resource: 'execution',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      resourceName: `${machine.stateMachineName}:*`,
    })
    fn.addToRolePolicy(
      new PolicyStatement({ actions: ['states:StopExecution'], resources: [executions] }),
    )
    acknowledgeWildcard(
      fn,
      `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${inFinding(machine, 'Name')}:*`,
      'An execution gets its name at run time; the function stops those of this machine alone.',
    )
  },
})

/** Answers the machine's task tokens. */
export const completes = (machine: StateMachine): Binding => ({
  variables: {},
  grant: (fn) => machine.grantTaskResponse(fn),
})

/** Wakes runs: starts an execution, or answers the token of one that waits. */
export const drives = (variable: string, machine: StateMachine): Binding => ({
  variables: { [variable]: machine.stateMachineArn },
  grant: (fn) => {
    machine.grantStartExecution(fn)
    machine.grantTaskResponse(fn)
  },
})
