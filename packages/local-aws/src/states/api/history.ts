/** GetExecutionHistory. */
import * as z from 'zod'
import type { HistoryEvent } from '../history.ts'
import type { JsonObject } from '../json.ts'
import type { StateMachines } from '../machines.ts'
import { page } from './page.ts'
import { arnOf, maxResults, optional, request } from './request.ts'

const shape = z.object({
  executionArn: arnOf('execution'),
  maxResults,
  nextToken: optional(z.string()),
  reverseOrder: optional(z.boolean()),
  includeExecutionData: optional(z.boolean()),
})

/** The members of an event that hold the execution's data. */
const DATA_FIELDS = ['input', 'output', 'parameters', 'assignedVariables']

const detailsWithoutData = (details: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(details).filter(([field]) => !DATA_FIELDS.includes(field)))

function withoutData(event: HistoryEvent): Record<string, unknown> {
  const entries = Object.entries(event).map(([member, value]) => [
    member,
    typeof value === 'object' ? detailsWithoutData(value) : value,
  ])
  return Object.fromEntries(entries)
}

export const historyOperations = (machines: StateMachines) => ({
  GetExecutionHistory(input: unknown) {
    const asked = request(shape, input)
    const { history } = machines.execution(asked.executionArn)
    const ordered = asked.reverseOrder ? history.toReversed() : history
    const { items, ...next } = page(ordered, asked, ({ id }) => String(id))
    return {
      events: asked.includeExecutionData === false ? items.map(withoutData) : items,
      ...next,
    }
  },
})
