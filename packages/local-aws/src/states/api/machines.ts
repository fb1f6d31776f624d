/** ListStateMachines, DescribeStateMachine and UpdateStateMachine. */
import * as z from 'zod'
import { AwsError } from '../../json-service.ts'
import type { StateMachine, StateMachines } from '../machines.ts'
import { DefinitionError } from '../validate.ts'
import { page } from './page.ts'
import { arnOf, maxResults, optional, request } from './request.ts'

const listShape = z.object({ maxResults, nextToken: optional(z.string()) })
const describeShape = z.object({ stateMachineArn: arnOf('stateMachine') })

/** Of a machine, only the definition can be changed. */
const updateShape = z.strictObject({ ...describeShape.shape, definition: z.string() })

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

  UpdateStateMachine(input: unknown) {
    const { stateMachineArn, definition } = request(updateShape, input)
    const machine = machines.machine(stateMachineArn)
    try {
      machines.register({ ...machine, definition })
    } catch (error) {
      if (error instanceof DefinitionError) throw new AwsError('InvalidDefinition', error.message)
      throw error
    }
    return { updateDate: machines.clock.now() / 1000 }
  },
})
