/** How a stack comes along: its events as they happen, and how it ends. */
import { setTimeout as wait } from 'node:timers/promises'
import type { CloudFormationClient, StackEvent } from '@aws-sdk/client-cloudformation'
import { told } from '../aws.ts'
import type { Reporter } from './reporter.ts'

const POLL_MS = 2_000

export interface Failure {
  /** The logical id. */
  readonly resource: string
  readonly type: string
  readonly reason: string
}

export interface Ending {
  readonly status: string
  readonly failures: readonly Failure[]
}

/** Reads events that happen after this call. */
export async function openEvents(client: CloudFormationClient, StackName: string) {
  const { DescribeStackEventsCommand } = await import('@aws-sdk/client-cloudformation')
  const known = new Set<string>()
  /** Returns new events, the oldest first. */
  const read = async (): Promise<readonly StackEvent[]> => {
    const fresh: StackEvent[] = []
    for (let NextToken: string | undefined; ; ) {
      const page = await told(
        client.send(new DescribeStackEventsCommand({ StackName, ...(NextToken && { NextToken }) })),
      )
      const events = page.StackEvents ?? []
      const unknown = events.filter(({ EventId = '' }) => !known.has(EventId))
      fresh.push(...unknown)
      NextToken = page.NextToken
      if (NextToken === undefined || unknown.length < events.length) break
    }
    for (const { EventId = '' } of fresh) known.add(EventId)
    return fresh.reverse()
  }
  await read()
  return read
}

/** Reports events until the stack is at rest. `total` is the number of resources that change. */
export async function followStack(
  read: () => Promise<readonly StackEvent[]>,
  total: number,
  reporter: Reporter,
): Promise<Ending> {
  const failures: Failure[] = []
  const done = new Set<string>()
  for (;;) {
    for (const event of await read()) {
      const { LogicalResourceId: name = '', ResourceType, ResourceStatus = '' } = event
      failures.push(...failuresIn(event))
      if (isOfStack(event)) {
        if (isAtRest(ResourceStatus)) return { status: ResourceStatus, failures }
      } else if (!ResourceStatus.endsWith('IN_PROGRESS')) {
        done.add(name)
        const count = String(done.size).padStart(4)
        reporter.step(`${count}/${total} ${ResourceStatus.padEnd(16)} ${ResourceType} ${name}`)
      }
    }
    await wait(POLL_MS)
  }
}

const isOfStack = ({ PhysicalResourceId, StackId }: StackEvent) => PhysicalResourceId === StackId

const isAtRest = (status: string) =>
  /(COMPLETE|FAILED)$/.test(status) && !/CLEANUP/.test(status) && !/^UPDATE_FAILED$/.test(status)

/** Returns what has failed by itself, rather than because something else has. */
function failuresIn(event: StackEvent): readonly Failure[] {
  const { ResourceStatus = '', ResourceStatusReason: reason = '' } = event
  const isFailure = isOfStack(event)
    ? /rollback trigger|alarm/i.test(reason)
    : ResourceStatus.endsWith('FAILED') && !/cancelled/i.test(reason)
  const { LogicalResourceId: resource = '', ResourceType: type = '' } = event
  return isFailure ? [{ resource, type, reason }] : []
}
