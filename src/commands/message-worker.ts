/** MESSAGE_WORKER: gives a worker further instructions. */
import * as z from 'zod'
import { defineCommand, text, unmarked, workerId } from './define.ts'

export const messageWorker = defineCommand({
  schema: z.object({ type: z.literal('MESSAGE_WORKER'), workerId, instructions: text }),
  prompt:
    'MESSAGE_WORKER {workerId, instructions}: gives further instructions to a worker that has reported. Say what is missing or wrong.',
  text: {
    fields: ({ field, from }) => ({ workerId: unmarked(field(0)), instructions: from(1) }),
  },
  execute: (command, { instructWorker }) => instructWorker(command.workerId, command.instructions),
})
