/** The history of a session. */
import * as z from 'zod'
import { COMMAND_TYPES } from '../../commands/index.ts'
import { channel, count, time } from './common.ts'
import { delivery } from './delivery.ts'
import type { Shape } from './shape.ts'
import { modelUsage, receipt } from './usage.ts'

export const command = z
  .looseObject({
    id: z.string(),
    type: z
      .enum([...COMMAND_TYPES, 'MALFORMED'])
      .describe('MALFORMED: the conductor wrote something that is not a command'),
    status: z.enum(['pending', 'done', 'refused', 'failed']),
    outcome: z.string().exactOptional(),
  })
  .describe('A command of a turn with its own fields and its outcome')

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
    deliveries: z.array(delivery).exactOptional(),
    messageId: z.string().exactOptional().describe('The id that its sender got'),
    turnId: z.string().exactOptional(),
    answers: z
      .array(z.string())
      .exactOptional()
      .describe('The ids of the messages that this turn answers'),
    execution: z.string().exactOptional().describe('The execution that this turn was part of'),
    workerId: z.string().exactOptional(),
    commands: z.array(command).exactOptional(),
    usage: modelUsage.exactOptional(),
    receipt: receipt.exactOptional(),
  })
  .describe('An entry of the history')
export type Entry = Shape<typeof entry>
export type EntryCommand = Shape<typeof command>

export const entryPage = z.object({
  messages: z.array(entry),
  next: count.describe('Pass this as `after` to get the entries that follow'),
})
