/** Workers: in lists, and one with all its activity. */
import * as z from 'zod'
import { finding, status, verification, workerReport, workerVerdict } from '../review.ts'
import { count, next, time } from './common.ts'
import { execution } from './execution.ts'
import { sessionId } from './ids.ts'
import type { Shape } from './shape.ts'
import { modelUsage } from './usage.ts'

export const workerStatus = z
  .enum(['queued', 'working', 'verifying', 'reported', 'accepted', 'rejected', 'ended'])
  .describe(
    'queued: waits for its sandbox. verifying: an independent verifier checks its report. reported: its report is with the conductor. accepted, rejected: ended with that verdict. ended: ended without a verdict.',
  )

export const worker = z
  .object({
    workerId: z.string(),
    sessionId,
    sandboxId: z.string().nullable(),
    status: workerStatus,
    task: z.string(),
    group: z
      .string()
      .nullable()
      .describe(
        'The command that put several workers on this task, such as t1.0; null for one alone',
      ),
    leg: count.describe('The number of the current leg'),
    startedAt: time,
    lastActivity: time,
    activity: z.string().describe('The latest line of its activity'),
  })
  .describe('A worker, as lists show it')
export type WorkerView = Shape<typeof worker>

export const workerPage = z.object({ workers: z.array(worker), next })

export const legVerification = z
  .object({
    verifier: z.string().describe('Its id'),
    state: z.enum(['running', 'over']),
    outcome: verification.shape.outcome
      .nullable()
      .describe('Null while it runs. Anything but done means that nothing was verified'),
    problem: z.string().nullable().describe('Why nothing was verified'),
    model: z.string().nullable(),
    prompt: z.string().nullable().describe('The version of the prompt that the verifier got'),
    at: time.nullable().describe('When it was over'),
    criteria: z.array(finding),
    remarks: z.array(z.string()).describe('Problems that no criterion names'),
    usage: modelUsage.nullable().describe('Usage of its model; null while it runs'),
    activity: z.array(z.string()).describe('One line per tool call, while it runs'),
  })
  .describe("The independent verification of a leg's report")

export const leg = execution.extend({
  leg: count,
  instructions: z.string().nullable().describe('Null for the first leg, which has the task'),
  startedAt: time,
  endedAt: time.nullable(),
  outcome: z.enum(['done', 'failed', 'timeout', 'lost']).nullable(),
  claims: workerReport
    .omit({ report: true })
    .nullable()
    .describe(
      'What the worker claims in its report; null if it has none, or without structured output',
    ),
  usage: modelUsage.nullable().describe('Usage of its models; null until the leg is over'),
  activity: z.array(z.string()).describe('One line per tool call'),
  verification: legVerification.nullable(),
})
export type LegView = Shape<typeof leg>

const artifact = z.object({
  name: z.string(),
  size: count.describe('In bytes'),
  leg: count,
  sha256: z.string().exactOptional().describe('In hex. Absent for files of earlier versions'),
})

const workerReview = z
  .object({
    criteria: z.array(
      z.object({
        id: z.string(),
        text: z.string(),
        status: status
          .nullable()
          .describe('What the latest verdict says of it; null if that says nothing'),
      }),
    ),
    changes: z
      .array(z.object({ id: z.string(), reason: z.string(), leg: count }))
      .describe('Why criteria were changed or added, and from which leg on'),
    verdicts: z
      .array(workerVerdict)
      .describe('Oldest first. Only the last one has its findings in full'),
  })
  .describe('The criteria of a worker and the verdicts on its legs')

export const workerDetail = worker
  .extend({
    criteria: z.array(z.string()),
    review: workerReview,
    reason: z.string().nullable().describe('The reason of the verdict, if one was given'),
    legs: z.array(leg),
    artifacts: z.array(artifact).describe('The files that it handed over; the latest of each name'),
  })
  .describe('A worker with its legs, its activity and its artifacts')
export type WorkerDetail = Shape<typeof workerDetail>
