/** Usage: messages, tokens, workers and dollars. */
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
    answers: count.describe('Responses of models'),
    tokens,
    byModel: z.record(z.string(), tokens).describe('Tokens by the name of the model'),
    costUsd: usd,
    unpricedAnswers: count.describe(
      'Responses of models without a known price, counted at the highest known price',
    ),
    unmeteredAnswers: count.describe('Responses whose usage is unknown'),
  })
  .describe('Usage of models, as measured by the model gateway')
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
      .describe('Estimated costs apart from models and messages'),
  })
  .describe('All usage')

export const receipt = usage
  .extend({ run: count })
  .describe('At the end of a run: all usage since the previous receipt')

export type Usage = Shape<typeof usage>
