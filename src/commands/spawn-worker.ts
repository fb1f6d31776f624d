import * as z from 'zod'
import { defineCommand, text } from './define.ts'

export const spawnWorker = defineCommand({
  schema: z.object({
    type: z.literal('SPAWN_WORKER'),
    task: text,
    criteria: z.array(z.string().trim().min(1).max(1_000)).max(20).default([]),
  }),
  prompt: `SPAWN_WORKER {task, criteria}: the task must stand alone, since the worker sees nothing else; the criteria say how
  you will judge it. Several at once work side by side.`,
  text: { fields: ({ whole }) => ({ task: whole.trim() }) },
  spawns: true,
  execute: ({ task, criteria }, { startWorker }) => startWorker(task, criteria),
})
