/** What was used: messages, tokens, workers, dollars. */
import * as z from 'zod'
import { channel, count, usd } from './common.ts'
import type { Shape } from './shape.ts'

const bothWays = z.object({ in: count, out: count })

export const messages = bothWays
  .extend({ byChannel: z.partialRecord(channel, bothWays) })
  .describe('Messages from people (`in`) and to people (`out`)')

export const tokens = z.object({ input: count, output: count, cacheRead: count, cacheWrite: count })

export const modelUsage = z
  .object({
    answers: count.describe('Answers of models'),
    tokens,
    byModel: z.record(z.string(), tokens).describe('Tokens by the name of the model'),
    costUsd: usd,
    unpricedAnswers: count.describe(
      'Answers of models without a known price; they are counted at the highest known price',
    ),
    unmeteredAnswers: count.describe('Answers whose usage was never reported'),
  })
  .describe('What models used, as the model gateway measured it')
export type ModelUsage = Shape<typeof modelUsage>

export const usage = modelUsage
  .extend({
    messages,
    smsSegments: count.describe(
      'Segments of the SMS sent to people; the provider charges by segment',
    ),
    turns: count,
    commands: count,
    workers: count,
    legs: count,
    sandboxSeconds: count,
    estimated: z
      .object({
        transitions: count.describe('State transitions of Step Functions'),
        lambdaSeconds: z.number().min(0),
        awsUsd: usd,
        sandboxUsd: usd,
      })
      .describe('What it cost apart from models and messages, estimated'),
  })
  .describe('Everything that was used')

export const receipt = usage
  .extend({ run: count })
  .describe('At the end of a run: everything that was used since the receipt before')

export type Usage = Shape<typeof usage>
