/** Input schemas of the state machines' tasks. They contain only ids. */
import * as z from 'zod'

/** A step of run `run` of a session. */
export const runInput = z.object({ sessionId: z.string(), run: z.number().int() })

/** A step of that run's turn `turn`. */
export const turnInput = z.object({ ...runInput.shape, turn: z.number().int() })

/** A leg of a worker. */
export const legInput = z.object({
  sessionId: z.string(),
  workerId: z.string(),
  leg: z.number().int(),
})

/** The token that completes the state, and how often Step Functions has retried it. */
export const withToken = { taskToken: z.string(), retry: z.number().int() }

/** A state's error output. Step Functions may omit either field. */
export const stateError = z.object({ Error: z.string().nullish(), Cause: z.string().nullish() })
