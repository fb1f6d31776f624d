/** State machines on a clock that stands still, for the tests of this folder. */

import {
  type LambdaOutcome,
  StateMachines,
  type StateMachinesOptions,
  type StatusChangeEvent,
  stepFunctionsService,
} from '../../src/states/index.ts'
import { ManualClock } from '../fixture/manual-clock.ts'

export const REGION = 'eu-central-1'
const ACCOUNT = '000000000000'
export const INVOKE = 'arn:aws:states:::lambda:invoke'
export const INVOKE_AND_WAIT = `${INVOKE}.waitForTaskToken`

export const machineArn = (name: string) =>
  `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${name}`

type LambdaStub = (payload: unknown, functionName: string) => Promise<LambdaOutcome>

/** Returns the outcome of a successful function. */
export const returns = (payload: unknown): LambdaOutcome => ({
  ok: true,
  payload,
  requestId: 'r-1',
})

/** Returns the outcome of a failed function, in the Node.js runtime's format. */
export const throws = (errorType: string, errorMessage = 'broken'): LambdaOutcome => ({
  ok: false,
  errorType,
  errorMessage,
  payload: { errorType, errorMessage, trace: [] },
})

export interface WorkbenchOptions {
  readonly lambda?: LambdaStub
  readonly stateDir?: string
  readonly clock?: ManualClock
  readonly random?: () => number
}

/** Returns a definition; adds the parts that are the same in all of them. */
export const states = (StartAt: string, States: object, more: object = {}) =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt, States, ...more })

/** Returns a definition with one state, which ends. */
export const only = (state: object) => states('Only', { Only: { ...state, End: true } })

export function workbench(options: WorkbenchOptions = {}) {
  const { lambda = async () => returns(null), clock = new ManualClock() } = options
  const changes: StatusChangeEvent[] = []
  const machinesOptions: StateMachinesOptions = {
    region: REGION,
    account: ACCOUNT,
    clock,
    invokeLambda: (functionName, payload) => lambda(payload, functionName),
    onStatusChange: (event) => changes.push(event),
    ...(options.stateDir === undefined ? {} : { stateDir: options.stateDir }),
    ...(options.random === undefined ? {} : { random: options.random }),
  }
  const machines = new StateMachines(machinesOptions)
  const api = stepFunctionsService(machines)

  /** Registers a definition and starts it. Machine and execution have the same name. */
  const start = (definition: string, input: unknown = {}, name = 'm') => {
    machines.register({ arn: machineArn(name), name, definition })
    return machines.start(machineArn(name), JSON.stringify(input), name)
  }

  /** Starts a definition and runs it as far as it goes without time passing. */
  const run = async (definition: string, input: unknown = {}, name = 'm') => {
    const execution = start(definition, input, name)
    await clock.advance(0)
    return execution
  }

  return { machines, api, clock, changes, start, run }
}

/** Returns the output of a definition for an input, or `{ error, cause }`. */
export async function outcomeOf(
  definition: string,
  input: unknown = {},
  options: WorkbenchOptions = {},
): Promise<unknown> {
  const { status, output, error, cause } = await workbench(options).run(definition, input)
  if (status === 'SUCCEEDED' && output !== undefined) return JSON.parse(output)
  return { status, error, cause }
}
