/** All executions, in memory and in the log. */
import { createHash } from 'node:crypto'
import type { Definition } from './definition.ts'
import { Execution, type Identity } from './execution.ts'
import { type ExecutionLog, type LogRecord, noLog, openLog, readLog } from './execution-log.ts'
import type { HistoryEvent } from './history.ts'
import type { Step } from './progress.ts'

/** Step Functions deletes an execution this long after it has closed. */
const RETENTION_MS = 90 * 86_400_000

/** How many executions are kept beside those that run: each takes some 100 kB of memory. */
const MOST_KEPT = 1_000

export interface ExecutionStoreOptions {
  /** The folder of the log; without one, executions are lost with the process. */
  readonly stateDir?: string | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly parseDefinition: (machine: string, text: string) => Definition
}

export class ExecutionStore {
  readonly #options: ExecutionStoreOptions
  readonly #executions = new Map<string, Execution>()
  readonly #loggedDefinitions = new Set<string>()
  readonly #log: ExecutionLog

  constructor(options: ExecutionStoreOptions) {
    this.#options = options
    const { stateDir } = options
    const records = stateDir === undefined ? [] : readLog(stateDir)
    this.#restore(records)
    this.#forgetOld()
    this.#forgetMany()
    const wanted = this.#wanted(records)
    this.#log = stateDir === undefined ? noLog : openLog(stateDir, wanted)
    for (const record of wanted) {
      if (record.kind === 'definition') this.#loggedDefinitions.add(record.id)
    }
  }

  get(arn: string): Execution | undefined {
    return this.#executions.get(arn)
  }

  all(): Execution[] {
    return [...this.#executions.values()]
  }

  /** Adds an execution without events. */
  create(identity: Identity, definition: Definition, definitionText: string): Execution {
    const id = createHash('sha256').update(definitionText).digest('hex')
    if (!this.#loggedDefinitions.has(id)) {
      this.#loggedDefinitions.add(id)
      this.#log.append({ kind: 'definition', id, text: definitionText })
    }
    this.#log.append({ kind: 'execution', definition: id, identity })
    const execution = new Execution(identity, definition)
    this.#executions.set(identity.arn, execution)
    this.#forgetMany()
    return execution
  }

  /** Stores an event: on disk first, then in memory. */
  keep(execution: Execution, event: HistoryEvent, step?: Step): void {
    this.#log.append({
      kind: 'event',
      arn: execution.identity.arn,
      event,
      ...(step === undefined ? {} : { step }),
    })
    execution.record(event, step)
  }

  #restore(records: readonly LogRecord[]): void {
    const texts = new Map<string, string>()
    const definitions = new Map<string, Definition>()
    for (const record of records) {
      if (record.kind === 'definition') texts.set(record.id, record.text)
      if (record.kind === 'event') {
        this.#executions.get(record.arn)?.record(record.event, record.step)
      }
      if (record.kind === 'execution') {
        const { identity, definition: id } = record
        const parsed =
          definitions.get(id) ??
          this.#options.parseDefinition(identity.machineName, texts.get(id) ?? '')
        definitions.set(id, parsed)
        this.#executions.set(identity.arn, new Execution(identity, parsed))
      }
    }
  }

  #forgetOld(): void {
    const oldest = this.#options.now() - RETENTION_MS
    for (const [arn, { stopDate }] of this.#executions) {
      if (stopDate !== undefined && stopDate < oldest) this.#executions.delete(arn)
    }
  }

  /** Forgets the oldest closed ones if there are too many. */
  #forgetMany(): void {
    for (const [arn, { status }] of this.#executions) {
      if (this.#executions.size <= MOST_KEPT) return
      if (status !== 'RUNNING') this.#executions.delete(arn)
    }
  }

  /** Returns the records of the executions still stored. One that succeeded cannot be redriven and needs no steps. */
  #wanted(records: readonly LogRecord[]): LogRecord[] {
    const known = records.flatMap((record): LogRecord[] => {
      if (record.kind === 'definition') return [record]
      const arn = record.kind === 'event' ? record.arn : record.identity.arn
      const execution = this.#executions.get(arn)
      if (execution === undefined) return []
      if (record.kind === 'execution' || execution.status !== 'SUCCEEDED') return [record]
      return [{ kind: 'event', arn: record.arn, event: record.event }]
    })
    const used = new Set(
      known.map((record) => (record.kind === 'execution' ? record.definition : '')),
    )
    return known.filter((record) => record.kind !== 'definition' || used.has(record.id))
  }
}
