/** The ids that a log line is about, under the same names in every function, so that one search finds a session's lines. */
import * as z from 'zod'
import type { JobClaims } from './job-token.ts'

const optional = <T>(schema: z.ZodType<T>) => schema.optional().catch(undefined)
const count = optional(z.number().int().positive())

const ids = z.object({
  sessionId: optional(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)),
  run: count,
  turn: count,
  workerId: optional(z.string().regex(/^w\d{1,9}$/)),
  leg: count,
  job: count,
})
export type LogIds = z.infer<typeof ids>

/** The ids in an event, a state's input, a request's parameters; what has not the form of one is left out. */
export const logIds = (from: unknown): LogIds => {
  const { data = {} } = ids.safeParse(from)
  return Object.fromEntries(Object.entries(data).filter(([, id]) => id !== undefined))
}

/** What a job is about: its turn for the conductor, its leg for a worker. */
export const idsOfJob = ({ session, worker, leg, job }: JobClaims): LogIds =>
  logIds({
    sessionId: session,
    job,
    ...(worker === undefined ? { turn: leg } : { workerId: worker, leg }),
  })
