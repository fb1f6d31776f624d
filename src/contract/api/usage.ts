/** Usage: messages, tokens, workers and dollars. */
import * as z from 'zod'
import { judgedWorker } from '../review.ts'
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
    verifications: z
      .object({ count, costUsd: usd })
      .exactOptional()
      .describe('Verifications of reports, and what they cost; part of all other counts'),
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
  .extend({
    run: count,
    verdicts: z
      .array(judgedWorker.omit({ verificationNanoUsd: true }).extend({ verificationUsd: usd }))
      .exactOptional()
      .describe(
        'The last verdict on each worker that was judged: how many of its criteria are met, and what verifying the judged reports has cost',
      ),
  })
  .describe('At the end of a run: all usage since the previous receipt')

export type Usage = Shape<typeof usage>
