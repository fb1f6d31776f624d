/** The log lines of a session in CloudWatch. */
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs'

export interface Period {
  /** Ms since the epoch. */
  readonly from: number
  readonly to: number
}

/** Of one function. */
const MOST_LINES = 10_000

/** Returns the lines of all groups, oldest first. Session ids need no quoting in a pattern. */
export async function logLines(groups: readonly string[], sessionId: string, { from, to }: Period) {
  const client = new CloudWatchLogsClient({ maxAttempts: 4 })
  const lines: { at: number; line: Readonly<Record<string, unknown>> }[] = []
  for (const logGroupName of groups) {
    const asked = {
      logGroupName,
      filterPattern: `{ $.sessionId = "${sessionId}" }`,
      startTime: from,
      endTime: to,
    }
    let left = MOST_LINES
    for await (const { events = [] } of paginateFilterLogEvents({ client }, asked)) {
      for (const { timestamp = 0, message = '' } of events)
        lines.push({ at: timestamp, line: { function: logGroupName, ...parsed(message) } })
      left -= events.length
      if (left <= 0) break
    }
  }
  return lines.sort((a, b) => a.at - b.at).map(({ line }) => line)
}

function parsed(message: string): object {
  try {
    return JSON.parse(message)
  } catch {
    return { message }
  }
}
