/** The responses to the sender of a message. */
import { messageIds } from './common.ts'
import { entry } from './entry.ts'

export const replied = messageIds.extend({ reply: entry }).describe('The message and its reply')
