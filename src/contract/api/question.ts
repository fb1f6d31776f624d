/** Questions to people, in lists and in the history. */
import * as z from 'zod'
import { next, time } from './common.ts'
import { sessionId } from './ids.ts'
import type { Shape } from './shape.ts'

const number = z.string().describe('The question within its session: `q1`, `q2`, …')
const kind = z
  .enum(['ask', 'decision', 'approval'])
  .describe(
    'ask: any answer counts. decision: what becomes of a worker. approval: whether a message is sent. Only a choice answers the last two.',
  )
const choices = z.array(z.string()).describe('Empty if any words answer it')

/** In the history. */
export const askedQuestion = z.object({ id: number, kind, choices })
export const answer = z.object({
  question: number,
  by: z.string().describe('An address, `the operator`, or `the default`'),
  choice: z.string().exactOptional().describe('Absent if it was answered in own words'),
})

export const question = z
  .object({
    id: z.string().describe('`<sessionId>.<number>`, which is unique'),
    sessionId,
    number,
    kind,
    text: z
      .string()
      .describe('Of an approval: all but the text of the message, which the entry `seq` shows'),
    choices,
    default: z.string().nullable().describe('What counts if nobody answers in time'),
    workerId: z.string().nullable().describe('The worker that a decision is about'),
    to: z.string().nullable().describe('To whom the message goes that needs approval'),
    askedAt: time,
    expiresAt: time,
    seq: z.int().min(1).describe('The number of the history entry that asks it'),
  })
  .describe('A question that waits for an answer')
export type QuestionView = Shape<typeof question>

export const questionPage = z.object({ questions: z.array(question), next })
