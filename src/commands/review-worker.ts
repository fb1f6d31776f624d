/** REVIEW_WORKER: gives a verdict on a worker's report, with a finding for each criterion. */
import * as z from 'zod'
import { review } from '../contract/review.ts'
import { defineCommand, text, unmarked, workerId } from './define.ts'

export const reviewWorker = defineCommand({
  schema: z.object({
    type: z.literal('REVIEW_WORKER'),
    workerId,
    ...review.shape,
    instructions: text.optional(),
  }),
  prompt: `REVIEW_WORKER {workerId, verdict, criteria, instructions, remarks, disagreement, changes}: your verdict on a report.
  "criteria" has what you found for each criterion: {id, status: met | unmet | unverifiable, procedure, command, exitStatus,
  tests, excerpt, artifact}; tests is how many the command ran, as the excerpt says. The verdicts:
  - accept: every criterion is met, shown by a procedure and by an excerpt word for word ("(no output)" if a command prints
    nothing) or an artifact that was handed over, or is unverifiable. Ends the worker.
  - revise: names an unmet criterion and gives instructions. The worker goes on.
  - give_up: ends the worker; its work is rejected.
  - suspicious: what you saw contradicts the claims (a test edited to pass, output that was never produced). Quote it. The
    worker stays paused and the person is asked.
  Baton checks the verdict and tells the person the result. "remarks" are problems that no criterion names; they never block.
  If an independent verifier found something else, "disagreement" says for which ids and why. "changes" [{id, text, reason}]
  changes a criterion, or adds one (without id), for the next leg.`,
  text: {
    fields({ field, from }) {
      const verdict = unmarked(field(1))?.toLowerCase().replaceAll(/\W/g, '_')
      const words = from(2)
      return {
        workerId: unmarked(field(0)),
        verdict,
        ...(words !== undefined &&
          (verdict === 'revise' ? { instructions: words } : { remarks: [words.slice(0, 500)] })),
      }
    },
  },
  execute: ({ type: _, workerId: id, ...given }, context) => context.reviewWorker(id, given),
})
