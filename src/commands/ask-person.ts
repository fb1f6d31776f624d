/** ASK_PERSON: asks the person a question, and lets the run close until they answer. */
import * as z from 'zod'
import { areDistinct } from '../core/answer.ts'
import { defineCommand, refused } from './define.ts'

const hours = z
  .number()
  .positive()
  .max(24 * 90)
const line = z.string().trim().min(1).max(200)

export const askPerson = defineCommand({
  schema: z.object({
    type: z.literal('ASK_PERSON'),
    question: z.string().trim().min(1).max(4_000),
    choices: z.array(line).max(9).optional(),
    remindAfterHours: hours.optional(),
    expiresAfterHours: hours.optional(),
    default: line.optional(),
  }),
  prompt: `ASK_PERSON {question, choices, remindAfterHours, expiresAfterHours, default}: asks the person, who may take days; nothing
  runs meanwhile. Give choices where you can, and the default that counts if nobody answers. Use it for every question whose
  answer you need, and do not repeat the question in your reply.`,
  text: {
    fields: ({ field }) => ({
      question: field(0),
      ...(field(1) && { choices: field(1)?.split(',') }),
      ...(field(2) && { default: field(2) }),
    }),
  },
  async execute({ type: _, question, choices = [], ...given }, { longestWait }) {
    if (!areDistinct(choices))
      return refused(
        'Nothing was asked: two of the choices cannot be told apart, or one is the number of another.',
      )
    if (given.default !== undefined && choices.length > 0 && !choices.includes(given.default))
      return refused(
        `Nothing was asked: the default ${JSON.stringify(given.default)} is not one of the choices.`,
      )
    if ((given.expiresAfterHours ?? 0) > longestWait)
      return refused(
        `Nothing was asked: expiresAfterHours may be at most ${longestWait} here, because nobody could be told later how it ended.`,
      )
    return {
      status: 'done',
      outcome: 'the person was asked',
      ask: { kind: 'ask', text: question, choices, ...given },
    }
  },
})
