/** Uses and pauses a conductor's sandbox, and records in the session what that did. */
import { pauseSandbox } from '../adapters/sandboxes.ts'
import { changeSession } from '../adapters/sessions.ts'
import type { Session } from '../core/session.ts'
import { pausedAndFlushed } from '../protocol/combined.ts'
import { countSandboxFailure } from '../protocol/sandbox.ts'
import { countingFailures } from './replace-sandbox.ts'

/**
 * Identifies the sandbox of the session's current conversation, and not one of an earlier conversation, which holds its
 * files until it is ended.
 */
export const conductorMetadata = ({ sessionId, conductor }: Session) => ({
  session: sessionId,
  role: 'conductor',
  conversation: conductor.cliSession,
})

/** Returns what `act` returns. If E2B fails, counts that for the conductor's sandbox and throws the error on. */
export const withConductorSandbox = <T>(sessionId: string, act: () => Promise<T>): Promise<T> =>
  countingFailures(act, (sandboxId) =>
    changeSession(sessionId, (session) => countSandboxFailure(session, sandboxId, Date.now())),
  )

/**
 * Pauses the sandbox, whose hour starts again when it is resumed. The item then drops the history entries that have just
 * been `written`. If E2B refuses, the sandbox runs on, and so does its hour: throws SandboxBusy, SandboxUnavailable or
 * SandboxRefused.
 */
export async function pauseConductor(
  session: Session,
  run: number,
  {
    sandboxId,
    written = new Set(),
  }: { readonly sandboxId: string; readonly written?: ReadonlySet<number> },
): Promise<void> {
  await pauseSandbox(sandboxId)
  await changeSession(session, (current) =>
    pausedAndFlushed(current, run, { sandboxId, entries: written }),
  )
}
