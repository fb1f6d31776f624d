/** Why a message got no reply: the state in which its execution failed, the errors in the logs, and the services. */
import type { HistoryEvent } from '@aws-sdk/client-sfn'
import { runName } from '../../src/core/execution-name.ts'
import { clientOf } from '../api.ts'
import { told } from '../aws.ts'
import { reasonOf } from '../errors.ts'
import { sessionOrNone } from '../follow.ts'
import type { Resource } from '../stack-resources.ts'
import { SESSION, type SmokeTest } from './smoke-test.ts'

/** Returns what was found, a line each, with what to do where that is known. */
export async function diagnose(
  test: SmokeTest,
  resources: readonly Resource[],
): Promise<readonly string[]> {
  const looks = [servicesInTrouble(test), failedState(test, resources), errorsIn(test, resources)]
  const found = await Promise.all(
    looks.map((look) => look.catch((error: unknown) => [`(${reasonOf(error)})`])),
  )
  // Every attempt says the same.
  return [...new Set([...test.notices, ...found.flat()])]
}

/** What the functions have seen of the services that Baton depends on. */
async function servicesInTrouble({ target }: SmokeTest): Promise<readonly string[]> {
  const { dependencies } = await clientOf(target).get('Dependencies', '/api/health')
  return dependencies
    .filter(({ state }) => state === 'down' || state === 'degraded')
    .map(({ name, state, detail, cure }) => `${name} is ${state}: ${detail} ${cure ?? ''}`.trim())
}

/** The state and the cause of the latest failure, in the execution of the review loop. */
async function failedState(
  { target }: SmokeTest,
  resources: readonly Resource[],
): Promise<readonly string[]> {
  const { GetExecutionHistoryCommand, SFNClient } = await import('@aws-sdk/client-sfn')
  const session = await sessionOrNone(clientOf(target), SESSION)
  const machine = resources.find(
    ({ type, logicalId }) =>
      type === 'AWS::StepFunctions::StateMachine' && logicalId.startsWith('ReviewLoop'),
  )?.physicalId
  if (machine === undefined) return []
  const client = new SFNClient({ maxAttempts: 2 })
  // A run that failed may be continued by the next one, which has not failed yet.
  for (const { run } of session?.runs ?? []) {
    const name = runName(SESSION, run)
    const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:${name}`
    const history = { executionArn, reverseOrder: true, maxResults: 1000 }
    const { events = [] } = await told(client.send(new GetExecutionHistoryCommand(history)))
    const failure = failureIn(events)
    if (failure !== undefined) return [`Execution ${name}: ${failure}`]
  }
  return []
}

/** Events, the latest first. A failure is in the state that was entered last before it. */
function failureIn(events: readonly HistoryEvent[]): string | undefined {
  const at = events.findIndex(
    ({ type = '' }) => /(Failed|TimedOut)$/.test(type) && !/^Execution/.test(type),
  )
  const event = events[at]
  if (!event) return undefined
  const state = events.slice(at).find(({ stateEnteredEventDetails: entered }) => entered)
  const { error = event.type, cause = '' } = {
    ...event.lambdaFunctionFailedEventDetails,
    ...event.taskFailedEventDetails,
    ...event.taskTimedOutEventDetails,
  }
  return `the state ${state?.stateEnteredEventDetails?.name ?? '?'} failed with ${error}: ${messageOf(cause)}`
}

/** A function's cause is JSON with a message and a stack trace. */
function messageOf(cause: string): string {
  try {
    return String(JSON.parse(cause).errorMessage ?? cause)
  } catch {
    return cause
  }
}

const MOST_LINES = 5
/** Characters of a line. Its stack trace is in the log. */
const LONGEST = 300

/** The latest errors in the logs of the functions since the message was sent. */
async function errorsIn(
  { startedAt }: SmokeTest,
  resources: readonly Resource[],
): Promise<readonly string[]> {
  const { CloudWatchLogsClient, FilterLogEventsCommand } = await import(
    '@aws-sdk/client-cloudwatch-logs'
  )
  const client = new CloudWatchLogsClient({ maxAttempts: 3 })
  const groups = resources.filter(({ type }) => type === 'AWS::Logs::LogGroup')
  const found = await Promise.all(
    groups.map(async ({ physicalId, logicalId }) => {
      const search = new FilterLogEventsCommand({
        logGroupName: physicalId,
        startTime: startedAt,
        filterPattern: '?"\\"level\\":\\"ERROR\\"" ?"Task timed out"',
      })
      const { events = [] } = await told(client.send(search))
      return events.map(({ message = '', timestamp = 0 }) => ({ logicalId, message, timestamp }))
    }),
  )
  return found
    .flat()
    .sort((a, b) => a.timestamp - b.timestamp)
    .slice(-MOST_LINES)
    .map(({ logicalId, message }) => `Log of ${logicalId}: ${errorText(message)}`)
}

/** Returns what a line of Powertools' logger says. */
function errorText(line: string): string {
  try {
    const { message, error } = JSON.parse(line)
    return [message, error?.message].filter(Boolean).join(': ').slice(0, LONGEST)
  } catch {
    return line.trim().slice(0, LONGEST)
  }
}
