/** One execution. Its state is derived from the events recorded so far. */
import type { Definition } from './definition.ts'
import { buildEvent, type HistoryEvent } from './history.ts'
import type { JsonObject } from './json.ts'
import { apply, noProgress, type Progress, type Step } from './progress.ts'

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'

/** The constant facts of an execution. */
export interface Identity {
  readonly arn: string
  readonly name: string
  readonly machineArn: string
  readonly machineName: string
  readonly roleArn: string
  /** The input's JSON text, as received. */
  readonly input: string
}

const CLOSED_BY: Readonly<Record<string, Status>> = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionTimedOut: 'TIMED_OUT',
  ExecutionAborted: 'ABORTED',
}

const textIn = (details: JsonObject | undefined, field: string): string | undefined => {
  const value = details?.[field]
  return typeof value === 'string' ? value : undefined
}

export class Execution {
  readonly identity: Identity
  readonly definition: Definition
  readonly history: HistoryEvent[] = []
  readonly progress: Progress = noProgress()
  status: Status = 'RUNNING'
  /** Milliseconds since the epoch, as all dates here. */
  startDate = 0
  stopDate?: number
  redriveDate?: number
  redriveCount = 0
  output?: string
  error?: string
  cause?: string

  constructor(identity: Identity, definition: Definition) {
    this.identity = identity
    this.definition = definition
  }

  /** Returns the next event of the history, not yet recorded. */
  nextEvent(
    type: string,
    { previousEventId, at }: { previousEventId: number; at: number },
    details?: JsonObject,
  ): HistoryEvent {
    const id = this.history.length + 1
    return buildEvent(id, { previousEventId, timestamp: at / 1000, type }, details)
  }

  /** Applies an event, and the step it belongs to, to the execution's state. */
  record(event: HistoryEvent, step?: Step): void {
    const at = Math.round(event.timestamp * 1000)
    this.history.push(event)
    if (step !== undefined) apply(this.progress, step, { id: event.id, at })
    if (event.type === 'ExecutionStarted') this.startDate = at
    if (event.type === 'ExecutionRedriven') this.#reopen(at)
    const status = CLOSED_BY[event.type]
    if (status !== undefined) this.#close(status, event, at)
  }

  #reopen(at: number): void {
    this.status = 'RUNNING'
    this.redriveCount += 1
    this.redriveDate = at
    delete this.stopDate
    delete this.error
    delete this.cause
  }

  #close(status: Status, event: HistoryEvent, at: number): void {
    this.status = status
    this.stopDate = at
    const failed = event.executionFailedEventDetails ?? event.executionAbortedEventDetails
    const output = textIn(event.executionSucceededEventDetails, 'output')
    const error = textIn(failed, 'error')
    const cause = textIn(failed, 'cause')
    if (output !== undefined) this.output = output
    if (error !== undefined) this.error = error
    if (cause !== undefined) this.cause = cause
  }
}
