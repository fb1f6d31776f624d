/** Runs the stack's schedules: rules with a schedule expression, and EventBridge Scheduler. */
import { randomUUID } from 'node:crypto'
import type { AsyncInvoker } from './async-invoke.ts'
import type { Clock } from './clock.ts'
import { account, region } from './identity.ts'
import { scheduleExpression } from './schedule-expression.ts'
import type { Stack } from './stack.ts'

interface Schedule {
  readonly expression: string
  readonly functionArn: string
  /** Returns the event for a run at `at` (milliseconds since the epoch). */
  readonly event: (at: number) => unknown
}

/**
 * Starts every enabled schedule on `clock` and returns a function that stops them. Throws for an unsupported
 * expression.
 */
export function startSchedules(stack: Stack, clock: Clock, invoker: AsyncInvoker): () => void {
  const ends = [...ruleSchedules(stack), ...schedulerSchedules(stack)].map(
    ({ expression, functionArn, event }) => {
      const next = scheduleExpression(expression)
      const arm = (after: number) => {
        const at = next(after)
        return clock.after(at - clock.now(), () => {
          cancel = arm(at)
          invoker.invoke(functionArn, event(at))
        })
      }
      let cancel = arm(clock.now())
      return () => cancel()
    },
  )
  return () => {
    for (const end of ends) end()
  }
}

function ruleSchedules(stack: Stack): Schedule[] {
  return stack.all('AWS::Events::Rule').flatMap(({ arn, properties }) => {
    const { ScheduleExpression, State, Targets } = properties
    if (ScheduleExpression === undefined || State === 'DISABLED') return []
    return Targets.map(({ Arn, Input }) => ({
      expression: ScheduleExpression,
      functionArn: lambdaArn(Arn),
      event: (at: number) =>
        Input === undefined ? scheduledEvent(at, 'aws.events', arn, {}) : JSON.parse(Input),
    }))
  })
}

function schedulerSchedules(stack: Stack): Schedule[] {
  return stack.all('AWS::Scheduler::Schedule').flatMap(({ arn, properties }) => {
    const { ScheduleExpression, State, Target } = properties
    if (State === 'DISABLED') return []
    const { Arn, Input } = Target
    return {
      expression: ScheduleExpression,
      functionArn: lambdaArn(Arn),
      // The Scheduler's default notification has its detail as a string.
      event: (at: number) =>
        Input === undefined
          ? scheduledEvent(at, 'aws.scheduler', arn, '{}')
          : JSON.parse(contextAttributes(Input, arn, at)),
    }
  })
}

/**
 * Replaces the context attributes of an `Input`. Source: "Adding context attributes", EventBridge Scheduler User
 * Guide.
 */
const contextAttributes = (input: string, arn: string, at: number) =>
  input
    .replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.scheduled-time>', isoTime(at))
    .replaceAll('<aws.scheduler.execution-id>', randomUUID())
    .replaceAll('<aws.scheduler.attempt-number>', '1')

const scheduledEvent = (at: number, source: string, arn: string, detail: object | string) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source,
  account,
  time: isoTime(at),
  region,
  resources: [arn],
  detail,
})

const isoTime = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`

/** Returns the ARN of a target. Throws unless it is a function. */
export function lambdaArn(target: string): string {
  if (target.startsWith('arn:aws:lambda:')) return target
  throw new Error(`The target ${target} is not implemented: only functions are`)
}
