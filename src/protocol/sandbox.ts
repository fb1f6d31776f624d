/** The conductor's sandbox: its hour, and its replacement by another one if it is lost or keeps failing. */
import { failsTooOften, SANDBOX_SECONDS, TURN_SECONDS } from '../core/limits.ts'
import type { Conductor, Session } from '../core/session.ts'
import { transition, unchanged } from '../core/transition.ts'
import { notify, type SessionTransition } from './guards.ts'

/** Returns whether a turn that begins now (ms since the epoch) may outlast the sandbox's hour. */
export const isExpiring = ({ awakeSince }: Conductor, now: number) =>
  awakeSince !== undefined && now + TURN_SECONDS * 1000 > awakeSince + SANDBOX_SECONDS * 1000

/**
 * Counts a failed attempt to use the conductor's sandbox. If E2B provides no other one either (`sandboxId` is undefined), the
 * failures before were not about this one and are forgotten. `now` in ms since the epoch.
 */
export const countSandboxFailure = (
  session: Session,
  sandboxId: string | undefined,
  now: number,
): SessionTransition<void> => {
  const { conductor } = session
  if (sandboxId === undefined) return forgetSandboxFailures(session, now)
  if (conductor.sandboxId !== sandboxId) return unchanged(session, undefined)
  const sandboxFailures = (conductor.sandboxFailures ?? 0) + 1
  return transition({ ...session, conductor: { ...conductor, sandboxFailures } }, undefined)
}

/** Keeps those of a refused pause: the run would try to pause the sandbox again and again. */
function forgetSandboxFailures(session: Session, now: number): SessionTransition<void> {
  const { sandboxFailures, ...conductor } = session.conductor
  if (sandboxFailures === undefined || isExpiring(conductor, now))
    return unchanged(session, undefined)
  return transition({ ...session, conductor }, undefined)
}

/** Ends the sandbox's hour, because run `r` has paused the sandbox. A later run may have resumed it already. */
export function sandboxPaused(
  session: Session,
  r: number,
  sandboxId: string,
): SessionTransition<void> {
  const { awakeSince, countedTo: _, sandboxFailures: __, ...conductor } = session.conductor
  const isTheirs = session.run.id === r && conductor.sandboxId === sandboxId
  if (!isTheirs || awakeSince === undefined) return unchanged(session, undefined)
  return transition({ ...session, conductor }, undefined)
}

export interface AwakeSandbox {
  readonly sandboxId: string
  /** When its hour began (ms since the epoch). */
  readonly awakeSince: number
}

/** Moves the conductor into a sandbox. If it had another one, the history says so. `at` is ISO 8601. */
export function inSandbox(
  session: Session,
  { sandboxId, awakeSince }: AwakeSandbox,
  at: string,
): Session {
  const { sandboxFailures, ...conductor } = session.conductor
  if (conductor.sandboxId === sandboxId)
    return { ...session, conductor: { ...session.conductor, awakeSince } }
  const moved = { ...conductor, sandboxId, awakeSince }
  if (conductor.sandboxId === undefined || !hasHadTurns(conductor))
    return { ...session, conductor: moved }
  const text = replacementNotice(failsTooOften({ sandboxFailures }))
  return notify({ ...session, conductor: { ...moved, filesLost: true } }, text, at, [])
}

/** Without an earlier turn, there was nothing to lose. One whose transcript was not saved may have left files, too. */
const hasHadTurns = ({ transcript, forgottenFrom }: Conductor) =>
  transcript !== undefined || forgottenFrom !== undefined

const replacementNotice = (failed: boolean) =>
  `The conductor's sandbox ${failed ? 'could not be resumed' : 'no longer existed'} and was replaced. The conversation continues, but files that were only in that sandbox are lost.`

/** Removes what a result disproves or settles. With a saved transcript, the conductor remembers that files were lost. */
export function afterResult(conductor: Conductor, saved: boolean): Conductor {
  const { sandboxFailures: _, filesLost, ...kept } = conductor
  return { ...kept, ...(filesLost && !saved && { filesLost }) }
}
