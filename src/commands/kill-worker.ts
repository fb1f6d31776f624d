/** KILL_WORKER: ends one worker, or all. */
import * as z from 'zod'
import type { Verdict, Worker } from '../core/worker.ts'
import { defineCommand, refused, unmarked, workerId } from './define.ts'

export const killWorker = defineCommand({
  schema: z.object({
    type: z.literal('KILL_WORKER'),
    workerId: z.union([workerId, z.literal('all')]),
    accepted: z.boolean().optional(),
    reason: z.string().max(2_000).optional(),
  }),
  prompt:
    'KILL_WORKER {workerId, reason}: ends a worker, or "all", without a verdict, because its work is no longer wanted.',
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
    const ending = named ? [named] : await context.workersToEnd()
    const ended = ending.map((worker) => ({
      workerId: worker.workerId,
      status: endingOf(worker, accepted),
    }))
    await Promise.all(
      ending.map((worker) =>
        context.endWorker(worker, { status: endingOf(worker, accepted), reason }),
      ),
    )
    // Only afterwards, because "all" may accept several attempts at one task.
    const winners = ending.filter((worker) => endingOf(worker, accepted) === 'accepted')
    const others = (await Promise.all(winners.map(context.endOtherAttempts))).flat()
    const isNamed = (workerId: string) => ending.some((worker) => worker.workerId === workerId)
    const all = [...ended, ...others.filter(({ workerId }) => !isNamed(workerId))]
    const outcome = all.map((each) => `${each.workerId} ${each.status}`).join(', ')
    return { status: 'done', outcome: outcome || 'no worker was live', ended: all }
  },
})

/** Work with criteria is accepted by a verdict only. Earlier prompts accepted it with this command. */
function endingOf({ criteria }: Worker, accepted: boolean | undefined): Verdict {
  if (accepted === false) return 'rejected'
  return accepted && criteria.length === 0 ? 'accepted' : 'ended'
}
