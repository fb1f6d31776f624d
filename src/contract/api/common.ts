/** Parts that several schemas share. */
import * as z from 'zod'
import { channel as anyChannel } from '../../channels/index.ts'
import { sessionId } from './ids.ts'

export const time = z.iso.datetime().describe('A time in UTC, ISO 8601')
export const count = z.int().min(0)
export const usd = z.number().min(0)
export const channel = anyChannel.describe('How people reach Baton')
export const next = z
  .string()
  .nullable()
  .describe('Pass this as `cursor` to get the next page; null on the last page')

/** Identifies an accepted message in the history. */
export const messageIds = z
  .object({
    sessionId,
    messageId: z.string().describe('The id of the message in the history'),
  })
  .describe('Where to find the message in the history')
