/** KEEP_QUESTION: what the person wrote does not answer an open question, which goes on waiting. */
import * as z from 'zod'
import { defineCommand, refused, unmarked } from './define.ts'

export const keepQuestion = defineCommand({
  schema: z.object({
    type: z.literal('KEEP_QUESTION'),
    questionId: z.string().regex(/^q[1-9]\d{0,5}$/, 'a question id looks like q1'),
  }),
  prompt: `KEEP_QUESTION {questionId}: the person's own words do not answer the question above them. It goes on waiting, with
  its reminder and its default, so do not ask it again.`,
  text: { oneLine: true, fields: ({ field }) => ({ questionId: unmarked(field(0)) }) },
  keeps: ({ questionId }) => questionId,
  async execute({ questionId }, { isOpen }) {
    return isOpen(questionId)
      ? { status: 'done', outcome: `${questionId} stays open` }
      : refused(`${questionId} was not kept open, because it no longer waits for an answer.`)
  },
})
