/** Persists executions, one line an event, so that they survive a crash of the process. */
import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { historyEvent } from './history.ts'
import { stepInto } from './progress.ts'

const definitionRecord = z.object({
  kind: z.literal('definition'),
  /** Returns the text's hash. */
  id: z.string(),
  text: z.string(),
})

const executionRecord = z.object({
  kind: z.literal('execution'),
  definition: z.string(),
  identity: z.object({
    arn: z.string(),
    name: z.string(),
    machineArn: z.string(),
    machineName: z.string(),
    roleArn: z.string(),
    input: z.string(),
  }),
})

const eventRecord = z.object({
  kind: z.literal('event'),
  arn: z.string(),
  event: historyEvent,
  step: stepInto.optional(),
})

const logRecord = z.discriminatedUnion('kind', [definitionRecord, executionRecord, eventRecord])

export type LogRecord = z.infer<typeof logRecord>

const FILE = 'executions.jsonl'

/** Appends records. */
export interface ExecutionLog {
  append(record: LogRecord): void
}

/** A log that keeps nothing. */
export const noLog: ExecutionLog = { append() {} }

/**
 * Reads what earlier processes wrote. An incomplete last line is ignored.
 * @throws Error naming the file and line if another line cannot be read
 */
export function readLog(directory: string): LogRecord[] {
  const path = join(directory, FILE)
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  lines.pop()
  return lines.map((line, index) => {
    try {
      return logRecord.parse(JSON.parse(line))
    } catch (cause) {
      throw new Error(`${path}, line ${index + 1} cannot be read: remove the file to start anew`, {
        cause,
      })
    }
  })
}

/** Rewrites the log with the records that are still needed, and appends to it from then on. */
export function openLog(directory: string, wanted: readonly LogRecord[]): ExecutionLog {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, FILE)
  const line = (record: LogRecord) => `${JSON.stringify(record)}\n`
  writeFileSync(`${path}.new`, wanted.map(line).join(''))
  renameSync(`${path}.new`, path)
  const file = openSync(path, 'a')
  return { append: (record) => writeSync(file, line(record)) }
}
