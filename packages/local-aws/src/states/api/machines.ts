/** ListStateMachines and DescribeStateMachine. */
import * as z from 'zod'
import type { StateMachine, StateMachines } from '../machines.ts'
import { page } from './page.ts'
import { arnOf, maxResults, optional, request } from './request.ts'

const listShape = z.object({ maxResults, nextToken: optional(z.string()) })
const describeShape = z.object({ stateMachineArn: arnOf('stateMachine') })

const summary = ({ arn, name, creationDate }: StateMachine) => ({
  stateMachineArn: arn,
  name,
  type: 'STANDARD',
  creationDate: creationDate / 1000,
})

export const machineOperations = (machines: StateMachines) => ({
  ListStateMachines(input: unknown) {
    const listed = page(machines.machines(), request(listShape, input), ({ arn }) => arn)
    const { items, ...next } = listed
    return { stateMachines: items.map(summary), ...next }
  },

  DescribeStateMachine(input: unknown) {
    const machine = machines.machine(request(describeShape, input).stateMachineArn)
    const { text, roleArn } = machine
    return { ...summary(machine), status: 'ACTIVE', definition: text, roleArn }
  },
})
