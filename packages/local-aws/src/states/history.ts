/** The events of an execution's history, in the format of GetExecutionHistory. */
import * as z from 'zod'
import { type JsonObject, json } from './json.ts'

/** Maximum number of events of an execution (a hard limit of Step Functions). */
export const HISTORY_LIMIT = 25_000

const details = z.record(z.string(), json)

export interface HistoryEvent {
  id: number
  previousEventId: number
  /** Seconds since the epoch. */
  timestamp: number
  type: string
  [details: `${string}EventDetails`]: JsonObject
}

export const historyEvent: z.ZodType<HistoryEvent> = z
  .object({
    id: z.number(),
    previousEventId: z.number(),
    timestamp: z.number(),
    type: z.string(),
  })
  .catchall(details)

/** Event types without details of their own. */
const BARE = /^(Map|Parallel)State(Failed|Succeeded)$|^ParallelStateStarted$|StateAborted$/

/**
 * Returns the name of the member that holds an event's details: `stateEnteredEventDetails` for `TaskStateEntered`.
 */
function detailsMember(type: string): `${string}EventDetails` {
  const name = type.replace(/^.+(?=State(Entered|Exited)$)/, '')
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}EventDetails`
}

/** Text of the history, marked as not truncated. */
export const shown = <Field extends string>(field: Field, text: string): JsonObject => ({
  [field]: text,
  [`${field}Details`]: { truncated: false },
})

export function buildEvent(
  id: number,
  {
    previousEventId,
    timestamp,
    type,
  }: { previousEventId: number; timestamp: number; type: string },
  detail: JsonObject = {},
): HistoryEvent {
  const event: HistoryEvent = { id, previousEventId, timestamp, type }
  if (!BARE.test(type)) event[detailsMember(type)] = detail
  return event
}
