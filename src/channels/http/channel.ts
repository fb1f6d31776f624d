/** The row of the HTTP channel. */
import type { ChannelRow } from '../channel.ts'

/** People who write over HTTP read the replies in the history. */
export const http = { header: 'USER' } as const satisfies ChannelRow
