/** What the state machines hand to their tasks: ids only. */
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

/** Step Functions' count of this state's retries, and the token that completes it. */
export const withToken = { taskToken: z.string(), retry: z.number().int() }

/** A state's Error Output; Step Functions may leave either out. */
export const stateError = z.object({ Error: z.string().nullish(), Cause: z.string().nullish() })
