/** The ids in a log line, under the same names in every function, so that one search finds all lines of a session. */
import * as z from 'zod'
import type { JobClaims } from './job-token.ts'

const optional = <T>(schema: z.ZodType<T>) => schema.optional().catch(undefined)
const count = optional(z.number().int().positive())

const ids = z.object({
  sessionId: optional(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)),
  run: count,
  turn: count,
  /** A worker, or the verifier of one of its legs. */
  workerId: optional(z.string().regex(/^w\d{1,9}(v\d{1,9})?$/)),
  leg: count,
  job: count,
})
export type LogIds = z.infer<typeof ids>

/** Returns the ids in an event, a state's input or a request's parameters. Malformed ids are left out. */
export const logIds = (from: unknown): LogIds => {
  const { data = {} } = ids.safeParse(from)
  return Object.fromEntries(Object.entries(data).filter(([, id]) => id !== undefined))
}

/** Returns a job's ids: its turn for the conductor, its leg for a worker. */
export const idsOfJob = ({ session, worker, leg, job }: JobClaims): LogIds =>
  logIds({
    sessionId: session,
    job,
    ...(worker === undefined ? { turn: leg } : { workerId: worker, leg }),
  })
