/** The operator's choice of which messages to other people wait for approval. */
import * as z from 'zod'

/**
 * `first`: the first message to an address in a session, and any with files. `files`: any with files. `always`: every
 * message.
 */
export const approvalMode = z.enum(['none', 'first', 'files', 'always'])
export type ApprovalMode = z.infer<typeof approvalMode>
