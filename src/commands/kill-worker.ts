/** KILL_WORKER: ends one worker, or all. */
import * as z from 'zod'
import type { Verdict } from '../core/worker.ts'
import { defineCommand, refused, unmarked, workerId } from './define.ts'

export const killWorker = defineCommand({
  schema: z.object({
    type: z.literal('KILL_WORKER'),
    workerId: z.union([workerId, z.literal('all')]),
    accepted: z.boolean().optional(),
    reason: z.string().max(2_000).optional(),
  }),
  prompt: `KILL_WORKER {workerId, accepted, reason}: ends a worker. Do this for every worker, once its work is accepted or
  once it is clear that it will not be.`,
  text: {
    oneLine: true,
    fields: ({ field, from }) => ({
      workerId: unmarked(field(0)),
      ...(field(1) && { reason: from(1) }),
    }),
  },
  async execute({ workerId: id, accepted, reason }, context) {
    const named = id === 'all' ? undefined : await context.worker(id)
    if (id !== 'all' && !named) return refused(`There is no worker ${id} in this session.`)
    const ending = named ? [named] : (await context.workers()).filter(({ live }) => live)
    const status = verdictOf(accepted)
    await Promise.all(ending.map((worker) => context.endWorker(worker, { status, reason })))
    const ended = ending.map((worker) => ({ workerId: worker.workerId, status }))
    const names = ended.map((each) => each.workerId).join(', ')
    return { status: 'done', outcome: names ? `${names} ${status}` : 'no worker was live', ended }
  },
})

const verdictOf = (accepted: boolean | undefined): Verdict => {
  if (accepted === undefined) return 'ended'
  return accepted ? 'accepted' : 'rejected'
}
