/** The history of a session. */
import * as z from 'zod'
import { verification, workerReport } from '../review.ts'
import { command } from './command.ts'
import { channel, count, time } from './common.ts'
import { delivery, recipient } from './delivery.ts'
import { answer, askedQuestion } from './question.ts'
import type { Shape } from './shape.ts'
import { modelUsage, receipt } from './usage.ts'

const file = z.object({
  folder: z.string().describe('In sandboxes the file is in `~/attachments/<folder>/`'),
  name: z.string(),
  size: count.describe('In bytes'),
})

export const entry = z
  .object({
    seq: z.int().min(1).describe('Its number in the history'),
    at: time,
    role: z.enum(['user', 'conductor', 'worker', 'system']),
    channel: channel.exactOptional(),
    text: z.string(),
    sender: z
      .string()
      .exactOptional()
      .describe('The phone number or email address of its sender, if it was verified'),
    subject: z.string().exactOptional(),
    files: z.array(file).exactOptional().describe('The attachments of an email'),
    recipients: z
      .array(recipient)
      .exactOptional()
      .describe('To whom its text goes. Until it is handed over, `deliveries` lacks the recipient'),
    deliveries: z.array(delivery).exactOptional(),
    messageId: z.string().exactOptional().describe('The id that its sender got'),
    turnId: z.string().exactOptional(),
    answers: z
      .array(z.string())
      .exactOptional()
      .describe('The ids of the messages that this turn answers'),
    execution: z.string().exactOptional().describe('The execution that this turn was part of'),
    prompt: z
      .string()
      .exactOptional()
      .describe('The version of the prompt that the conductor or worker got'),
    workerId: z.string().exactOptional(),
    claims: workerReport
      .omit({ report: true })
      .exactOptional()
      .describe(
        'What the worker claims in its report, by the ids of its criteria. It is not evidence',
      ),
    verification: verification
      .exactOptional()
      .describe('What an independent verifier found about the report'),
    commands: z.array(command).exactOptional(),
    usage: modelUsage.exactOptional(),
    receipt: receipt.exactOptional(),
    question: askedQuestion.exactOptional().describe('The question that this entry asks'),
    answer: answer.exactOptional().describe('The answer that this entry records'),
  })
  .describe('An entry of the history')
export type Entry = Shape<typeof entry>

export const entryPage = z.object({
  messages: z.array(entry),
  next: count.describe('Pass this as `after` to get the entries that follow'),
  previous: count
    .nullable()
    .describe(
      'Pass this as `before`, with `order=desc`, to get the entries that precede; null if there are none',
    ),
})
