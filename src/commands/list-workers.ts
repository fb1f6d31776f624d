/** LIST_WORKERS: sends the conductor a list of its workers. */
import * as z from 'zod'
import { defineCommand } from './define.ts'

export const listWorkers = defineCommand({
  schema: z.object({ type: z.literal('LIST_WORKERS') }),
  prompt: 'LIST_WORKERS: sends you a list of your workers as a [SYSTEM] message.',
  text: { oneLine: true, fields: () => ({}) },
  async execute(_, context) {
    const workers = await context.workers()
    const lines = workers.map(
      ({ workerId, status, legs, task, group }) =>
        `${workerId}: ${status}, leg ${legs.length}${group === undefined ? '' : `, group ${group}`}: ${task.split('\n')[0]?.slice(0, 120)}`,
    )
    const notice =
      lines.length > 0 ? `Your workers:\n${lines.join('\n')}` : 'You have no workers yet.'
    return { status: 'done', outcome: `${workers.length} workers`, notice }
  },
})
