/** Counts a prompt's tokens with the model's API, which costs nothing. */
import { json } from 'node:stream/consumers'
import * as z from 'zod'
import { logger } from '../../src/adapters/logger.ts'
import type { ReadRequest } from '../../src/core/reservation.ts'
import { askUpstream, type Passed } from './upstream.ts'

const LONGEST_MS = 10_000

const counted = z.object({ input_tokens: z.number().int().nonnegative() })

/** Returns the number of tokens, or undefined if the API does not say it. */
export async function countTokens(
  { path, headers }: Passed,
  request: ReadRequest,
): Promise<number | undefined> {
  try {
    const response = await askUpstream({
      path: path.replace('/v1/messages', '/v1/messages/count_tokens'),
      headers: { ...headers, accept: 'application/json' },
      body: request.countable(),
      signal: AbortSignal.timeout(LONGEST_MS),
    })
    const { data } = counted.safeParse(await json(response))
    return data?.input_tokens
  } catch (error) {
    logger.warn('tokens not counted', { error })
    return undefined
  }
}
