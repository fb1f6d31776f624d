/** Workers: in lists, and one with all its activity. */
import * as z from 'zod'
import { count, next, time } from './common.ts'
import { execution } from './execution.ts'
import { sessionId } from './ids.ts'
import type { Shape } from './shape.ts'
import { modelUsage } from './usage.ts'

export const workerStatus = z
  .enum(['queued', 'working', 'reported', 'accepted', 'rejected', 'ended'])
  .describe(
    'queued: waits for its sandbox. reported: its report is with the conductor. accepted, rejected: ended with that verdict. ended: ended without a verdict.',
  )

export const worker = z
  .object({
    workerId: z.string(),
    sessionId,
    sandboxId: z.string().nullable(),
    status: workerStatus,
    task: z.string(),
    leg: count.describe('The number of the current leg'),
    startedAt: time,
    lastActivity: time,
    activity: z.string().describe('The latest line of its activity'),
  })
  .describe('A worker, as lists show it')
export type WorkerView = Shape<typeof worker>

export const workerPage = z.object({ workers: z.array(worker), next })

export const leg = execution.extend({
  leg: count,
  instructions: z.string().nullable().describe('Null for the first leg, which has the task'),
  startedAt: time,
  endedAt: time.nullable(),
  outcome: z.enum(['done', 'failed', 'timeout', 'lost']).nullable(),
  usage: modelUsage.nullable().describe('Usage of its models; null until the leg is over'),
  activity: z.array(z.string()).describe('One line per tool call'),
})
export type LegView = Shape<typeof leg>

const artifact = z.object({ name: z.string(), size: count.describe('In bytes'), leg: count })

export const workerDetail = worker
  .extend({
    criteria: z.array(z.string()),
    reason: z.string().nullable().describe('The reason of the verdict, if one was given'),
    legs: z.array(leg),
    artifacts: z.array(artifact).describe('The files that it handed over; the latest of each name'),
  })
  .describe('A worker with its legs, its activity and its artifacts')
export type WorkerDetail = Shape<typeof workerDetail>
