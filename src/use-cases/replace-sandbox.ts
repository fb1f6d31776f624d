/** What leads to the replacement of a sandbox, and what is left to do after it. */
import { SandboxUnavailable } from '../core/errors.ts'
import { endUnclaimed } from './end-unclaimed.ts'

/**
 * Returns what `act` returns. If E2B fails, counts that and throws the error on. `count` gets the sandbox that the failure
 * is about, or undefined if E2B provides no new one either.
 */
export async function countingFailures<T>(
  act: () => Promise<T>,
  count: (sandboxId: string | undefined) => Promise<unknown>,
): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof SandboxUnavailable) await count(error.sandboxId)
    throw error
  }
}

/** Ends a sandbox that another one has replaced. */
export async function endReplaced(previous: string | undefined, current: string): Promise<void> {
  if (previous === undefined || previous === current) return
  await endUnclaimed(previous)
}
