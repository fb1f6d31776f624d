/** MESSAGE_WORKER: gives a worker further instructions. */
import * as z from 'zod'
import { review } from '../contract/review.ts'
import { defineCommand, text, unmarked, workerId } from './define.ts'

export const messageWorker = defineCommand({
  schema: z.object({
    type: z.literal('MESSAGE_WORKER'),
    workerId,
    instructions: text,
    changes: review.shape.changes,
  }),
  prompt:
    'MESSAGE_WORKER {workerId, instructions, changes}: gives another task to a worker that has reported, without a verdict.',
  text: {
    fields: ({ field, from }) => ({ workerId: unmarked(field(0)), instructions: from(1) }),
  },
  execute: ({ workerId: id, instructions, changes }, { instructWorker }) =>
    instructWorker(id, instructions, changes),
})
