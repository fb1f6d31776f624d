/** CloudWatch Logs, as far as somebody needs it who looks for errors of functions: their latest lines by log group. */
import * as z from 'zod'
import { serveJson } from './endpoint.ts'
import { AwsError } from './json-service.ts'
import type { Stack } from './stack.ts'

/** So many lines are kept. */
const KEPT = 5_000

const logGroup = z.object({ logGroupName: z.string() })
const search = logGroup.extend({
  startTime: z.number().default(0),
  filterPattern: z.string().default(''),
})

/** The function's name, and what it wrote. */
const LINE = /^\[(?<name>[^\]]+)\] (?<message>[\s\S]*)$/

/** Returns `keep`, which takes every line that is logged, and the service that finds them. */
export function functionLogs(stack: Stack) {
  const lines: { name: string; message: string; timestamp: number }[] = []
  return {
    keep: (line: string): void => {
      const { name, message = '' } = LINE.exec(line)?.groups ?? {}
      if (name === undefined) return
      lines.push({ name, message, timestamp: Date.now() })
      if (lines.length > KEPT) lines.shift()
    },
    service: serveJson({
      DeleteLogGroup: (input: unknown) => {
        const names = functionsOf(stack, logGroup.parse(input).logGroupName)
        for (const name of names)
          lines.splice(0, lines.length, ...lines.filter((line) => line.name !== name))
      },
      FilterLogEvents: (input: unknown) => {
        const { logGroupName, startTime, filterPattern } = search.parse(input)
        const names = functionsOf(stack, logGroupName)
        const matches = matcher(filterPattern)
        const events = lines
          .filter(({ name, timestamp }) => names.includes(name) && timestamp >= startTime)
          .filter(({ message }) => matches(message))
        return { events: events.map(({ message, timestamp }) => ({ message, timestamp })) }
      },
    }),
  }
}

/** Returns the names of the functions that write to a log group. */
function functionsOf(stack: Stack, logGroupName: string): readonly string[] {
  const group = stack.resources.find(
    ({ type, physicalId }) => type === 'AWS::Logs::LogGroup' && physicalId === logGroupName,
  )
  if (!group)
    throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.')
  const reference = JSON.stringify({ Ref: group.logicalId })
  return stack
    .all('AWS::Lambda::Function')
    .filter(({ logicalId }) =>
      JSON.stringify(stack.template.Resources[logicalId]?.Properties.LoggingConfig)?.includes(
        reference,
      ),
    )
    .map(({ name }) => name)
}

/** A property of JSON that has a value: `{ $.sessionId = "main" }`. */
const PROPERTY = /^\{ \$\.(?<name>\w+) = "(?<value>[^"\\]*)" \}$/

/** Of filter patterns, only that and `?"one" ?"another"` are implemented: any of the terms. */
function matcher(pattern: string): (message: string) => boolean {
  if (pattern === '') return () => true
  const { name, value } = PROPERTY.exec(pattern)?.groups ?? {}
  if (name !== undefined) return (message) => propertyOf(message, name) === value
  const terms = [...pattern.matchAll(/\?"((?:[^"\\]|\\.)*)"/g)].map(([, term = '']) =>
    term.replaceAll(/\\(.)/g, '$1'),
  )
  if (terms.length === 0)
    throw new AwsError('InvalidParameterException', `${pattern} is not implemented`)
  return (message) => terms.some((term) => message.includes(term))
}

/** Returns a property of a line in JSON, or undefined. */
function propertyOf(line: string, name: string): unknown {
  try {
    return JSON.parse(line)?.[name]
  } catch {
    return undefined
  }
}
