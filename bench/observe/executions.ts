/** The executions of the state machines: their histories, and the state transitions that AWS would charge for. */
import {
  type HistoryEvent,
  paginateGetExecutionHistory,
  paginateListExecutions,
  SFNClient,
} from '@aws-sdk/client-sfn'
import type { LocalAws } from '../../packages/local-aws/src/index.ts'

export interface Execution {
  readonly arn: string
  readonly name: string
  readonly running: boolean
}

export function executionsOf({ region, endpoint, credentials, resources }: LocalAws) {
  const client = new SFNClient({ region, endpoint, credentials })
  const machines = resources.all.filter(({ type }) => type === 'AWS::StepFunctions::StateMachine')
  return {
    async list(): Promise<Execution[]> {
      const found: Execution[] = []
      for (const { physicalId: stateMachineArn } of machines)
        for await (const { executions = [] } of paginateListExecutions(
          { client },
          { stateMachineArn },
        ))
          for (const { executionArn = '', name = '', status } of executions)
            found.push({ arn: executionArn, name, running: status === 'RUNNING' })
      return found
    },
    async history(executionArn: string): Promise<HistoryEvent[]> {
      const events: HistoryEvent[] = []
      const pages = paginateGetExecutionHistory({ client }, { executionArn, maxResults: 1_000 })
      for await (const page of pages) events.push(...(page.events ?? []))
      return events
    },
  }
}

type EventType = Pick<HistoryEvent, 'type'>

const SCHEDULED = /^(Task|LambdaFunction|Activity)Scheduled$/

/** Entering a state is a transition, and so is each retry of a task. */
export function transitionsIn(events: readonly EventType[]): number {
  const count = (matches: (type: string) => boolean) =>
    events.filter(({ type = '' }) => matches(type)).length
  const entered = count((type) => type.endsWith('StateEntered'))
  const tasks = count((type) => type === 'TaskStateEntered')
  const attempts = count((type) => SCHEDULED.test(type))
  return entered + Math.max(0, attempts - tasks)
}

/** Returns the states in the order in which they were entered. */
export const statesIn = (events: readonly HistoryEvent[]): string[] =>
  events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? [])
