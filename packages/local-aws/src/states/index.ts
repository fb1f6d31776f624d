/** Step Functions on one machine: state machines in JSONata, and the API over them. */
export { stepFunctionsService } from './api.ts'
export type { LambdaOutcome } from './lambda-outcome.ts'
export { StateMachines, type StateMachinesOptions } from './machines.ts'
export type { StatusChangeEvent } from './status-change.ts'
