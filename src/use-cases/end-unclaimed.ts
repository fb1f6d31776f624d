/** Ends sandboxes that no session or worker claims any more. */
import { logger } from '../adapters/logger.ts'
import { endSandbox } from '../adapters/sandboxes.ts'

/**
 * Ends a sandbox that its item does not claim any more. E2B ends none while it writes its snapshot, which may take over
 * a minute, and may be down. The caller does not wait for that: the sweep ends what this could not. Never throws.
 */
export async function endUnclaimed(sandboxId: string): Promise<void> {
  await endSandbox(sandboxId).catch((error: unknown) =>
    logger.warn('sandbox not ended yet', { sandboxId, error }),
  )
}
