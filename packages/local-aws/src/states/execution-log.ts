/**
 * Keeps executions on disk, one line an event, so that they outlive the process however it ends.
 */
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
  /** The text's hash. */
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

/** Where records go. */
export interface ExecutionLog {
  append(record: LogRecord): void
}

/** A log that keeps nothing. */
export const noLog: ExecutionLog = { append() {} }

/**
 * What an earlier process wrote. A last line that it could not finish is left out.
 * @throws Error naming the file and line when another line cannot be read
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

/** Begins the log anew with the records that are still wanted, and appends to it from then on. */
export function openLog(directory: string, wanted: readonly LogRecord[]): ExecutionLog {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, FILE)
  const line = (record: LogRecord) => `${JSON.stringify(record)}\n`
  writeFileSync(`${path}.new`, wanted.map(line).join(''))
  renameSync(`${path}.new`, path)
  const file = openSync(path, 'a')
  return { append: (record) => writeSync(file, line(record)) }
}
