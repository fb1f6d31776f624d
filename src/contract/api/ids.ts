/** The format of ids in the API. */
import * as z from 'zod'
import { LINK_CALLER, SECRET_TOKENS } from '../../core/bearer-token.ts'

export const sessionId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'a session id is 1 to 64 of A-Z a-z 0-9 _ -')

/** `w1`, `w2`, … within a session. */
export const workerId = z.string().regex(/^w[1-9]\d{0,8}$/, 'a worker id is a w and a number')

/** What a token is called in the log. The other names of callers there are taken. */
export const tokenName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/,
    'the name of a token is 1 to 64 of A-Z a-z 0-9 . _ @ -, and begins with a letter or a digit',
  )
  .refine(
    (name) => ![...SECRET_TOKENS, LINK_CALLER].some((taken) => taken === name),
    `is taken: ${[...SECRET_TOKENS, LINK_CALLER].join(', ')}`,
  )

/** A question's id, which is unique among all sessions. */
export const questionId = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]{1,64}\.q[1-9]\d{0,8}$/,
    'the id of a question is that of its session, a dot, and q1, q2, …',
  )
