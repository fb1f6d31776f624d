/** Time limits that several parts share, in seconds. */

/** One turn of the conductor. */
export const TURN_SECONDS = 15 * 60
/** One leg of a worker. Its sandbox lives five minutes longer. */
export const LEG_SECONDS = 30 * 60
/** The longest leg an operator may configure: E2B's smallest plan ends a sandbox after an hour. */
export const LONGEST_LEG_SECONDS = 55 * 60
/** How many legs a worker may have, and how many hours they may take together, before a person decides. */
export const WORKER_ATTEMPTS = 3
export const WORKER_HOURS = 4
/** The verification of a leg. Its sandbox lives five minutes longer, too. */
export const VERIFIER_SECONDS = 10 * 60
export const LEG_MARGIN_SECONDS = 5 * 60
/** How long a sandbox may run without a pause on E2B's smallest plan. */
export const SANDBOX_SECONDS = 60 * 60
/**
 * How long E2B may take for a pause. It writes the memory to disk: some four seconds per GiB, and more under load. A
 * request that ends before that loses the sandbox, so functions that pause one must last longer.
 */
export const PAUSE_SECONDS = 75
/** How long a request waits for E2B to end a sandbox, which it does not do during a pause. Then the sweep ends it. */
export const END_SECONDS = 10

/** Two of the three attempts that a state has (`retrySandbox`). */
const MAX_SANDBOX_FAILURES = 2

/**
 * Returns whether attempts to use a conductor's or worker's sandbox have failed so often that the last attempt takes
 * another one.
 */
export const failsTooOften = ({
  sandboxFailures = 0,
}: {
  readonly sandboxFailures?: number | undefined
}) => sandboxFailures >= MAX_SANDBOX_FAILURES

/** How often the conductor is asked in one turn. */
export const MAX_ASKED = 3

/** How often a runner sends a heartbeat, and after how long without one it counts as dead. */
export const HEARTBEAT_SECONDS = 5
export const SILENCE_SECONDS = 30
