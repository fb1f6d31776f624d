/** SPAWN_WORKER: creates a worker, or several for the same task, and starts their first legs. */
import * as z from 'zod'
import { verifyMode } from '../contract/review.ts'
import { defineCommand, text } from './define.ts'
import { takeCriteria } from './text-criteria.ts'

/** The most workers that one command puts on the same task. */
const MAX_ATTEMPTS = 5

export const spawnWorker = defineCommand({
  schema: z.object({
    type: z.literal('SPAWN_WORKER'),
    task: text,
    criteria: z.array(z.string().trim().min(1).max(1_000)).max(20).default([]),
    /** How many workers do the same task side by side. Without it, one. */
    attempts: z.int().min(2).max(MAX_ATTEMPTS).optional(),
    verify: verifyMode.optional(),
  }),
  prompt: `SPAWN_WORKER {task, criteria, attempts, verify}: creates a worker. The task must stand alone, because the worker sees
  nothing else. The criteria say how you will judge the work: each is one sentence that can be checked without asking the
  worker. They get the ids C1, C2, … Several workers can work at the same time. Where one attempt may well go wrong, "attempts"
  (2 to ${MAX_ATTEMPTS}) puts that many workers on the same task at once. Judge each report by itself; once you accept one, the
  others are ended. "verify" says which reports an independent verifier checks in a fresh sandbox before you get them: "none",
  "once" (until it found every criterion met) or "always". It sees the criteria, the claims and the artifacts only.`,
  text: {
    fields({ whole }) {
      const { criteria, rest } = takeCriteria(whole.trim())
      return { task: rest, ...(criteria.length > 0 && { criteria }) }
    },
  },
  spawns: ({ attempts = 1 }) => attempts,
  execute: ({ task, criteria, verify }, { startWorkers }) => startWorkers(task, criteria, verify),
})
