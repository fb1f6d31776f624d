/** Time limits that several parts share, in seconds. */

/** One turn of the conductor. */
export const TURN_SECONDS = 15 * 60
/** One leg of a worker. Its sandbox lives five minutes longer. */
export const LEG_SECONDS = 30 * 60
/** The longest leg an operator may configure: E2B's smallest plan ends a sandbox after an hour. */
export const LONGEST_LEG_SECONDS = 55 * 60
export const LEG_MARGIN_SECONDS = 5 * 60
/** How long a sandbox may run without a pause on E2B's smallest plan. */
export const SANDBOX_SECONDS = 60 * 60
/** How often a runner sends a heartbeat, and after how long without one it counts as dead. */
export const HEARTBEAT_SECONDS = 5
export const SILENCE_SECONDS = 30
