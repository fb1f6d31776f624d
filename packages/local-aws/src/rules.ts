/** EventBridge's default bus: invokes the functions of the rules that match an event. */
import * as z from 'zod'
import type { AsyncInvoker } from './async-invoke.ts'
import type { Properties } from './resource-properties.ts'
import { lambdaArn } from './schedules.ts'
import type { Stack } from './stack.ts'

type Pattern = NonNullable<Properties<'AWS::Events::Rule'>['EventPattern']>

const eventShape = z.looseObject({
  source: z.string(),
  'detail-type': z.string(),
  detail: z.record(z.string(), z.unknown()),
})

/** Returns a function that publishes an event to the stack's enabled rules. */
export function eventBus(stack: Stack, invoker: AsyncInvoker): (event: object) => void {
  const rules = stack.all('AWS::Events::Rule').flatMap(({ properties }) => {
    const { EventPattern, State, Targets } = properties
    if (EventPattern === undefined || State === 'DISABLED') return []
    return Targets.map(({ Arn, Input }) => ({
      pattern: EventPattern,
      functionArn: lambdaArn(Arn),
      Input,
    }))
  })
  return (event) => {
    for (const { pattern, functionArn, Input } of rules) {
      if (!matchesPattern(pattern, event)) continue
      invoker.invoke(functionArn, Input === undefined ? event : JSON.parse(Input))
    }
  }
}

/** Whether each field that the pattern names has one of the listed values. */
export function matchesPattern({ detail = {}, ...pattern }: Pattern, event: object): boolean {
  const read = eventShape.parse(event)
  const matches = (
    fields: Pattern['detail'] | Omit<Pattern, 'detail'>,
    of: Record<string, unknown>,
  ) =>
    Object.entries(fields ?? {}).every(
      ([field, values]) => values === undefined || values.some((value) => value === of[field]),
    )
  return matches(pattern, read) && matches(detail, read.detail)
}
