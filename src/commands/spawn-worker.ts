/** SPAWN_WORKER: creates a worker and starts its first leg. */
import * as z from 'zod'
import { defineCommand, text } from './define.ts'

export const spawnWorker = defineCommand({
  schema: z.object({
    type: z.literal('SPAWN_WORKER'),
    task: text,
    criteria: z.array(z.string().trim().min(1).max(1_000)).max(20).default([]),
  }),
  prompt: `SPAWN_WORKER {task, criteria}: creates a worker. The task must stand alone, because the worker sees nothing else.
  The criteria say how you will judge the work. Several workers can work at the same time.`,
  text: { fields: ({ whole }) => ({ task: whole.trim() }) },
  spawns: true,
  execute: ({ task, criteria }, { startWorker }) => startWorker(task, criteria),
})
