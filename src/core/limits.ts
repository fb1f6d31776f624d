/** Time limits that more than one part must agree on, in seconds. */

/** One answer of the conductor. */
export const TURN_SECONDS = 15 * 60
/** One leg of a worker; its sandbox lives five minutes longer. */
export const LEG_SECONDS = 30 * 60
/** What an operator may choose instead: a worker's sandbox lives for an hour on E2B's smallest plan. */
export const LONGEST_LEG_SECONDS = 55 * 60
export const LEG_MARGIN_SECONDS = 5 * 60
/** The longest that a sandbox runs without a pause, on E2B's smallest plan. */
export const SANDBOX_SECONDS = 60 * 60
/** How often a runner says that it lives, and how long its silence is borne. */
export const HEARTBEAT_SECONDS = 5
export const SILENCE_SECONDS = 30
